// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A guest: its agent, its power port and its machine together, and what one does with it.
//
// Asynchronous on the given context, one thread, one operation at a time: a second one replaces the
// first, which never calls back (but see cancel). Every operation ends by its limit, counted from
// its start (plus a moment for last questions, see suspend). Callbacks come from the loop and may
// destroy the guest. Connections are made by the first operation that needs them and kept.
//
// A guest of libvirt is asked through libvirt's calls, which block: they run on threads of the
// library, and their answers come back on the context like all others.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/balloon.hpp"
#include "hypnos/clock.hpp"
#include "hypnos/export.h"
#include "hypnos/guest_spec.hpp"
#include "hypnos/outcome_judge.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/power.hpp"
#include "hypnos/watch.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos {

struct Step {
    std::string name;  ///< "connected", "requested", "accepted", "SUSPEND", "agent-answered", ...
    HostTime at{};
};

/// The guest told its CLOCK_BOOTTIME as `guest` while the host's was `host`, give or take `error`
/// (half of the round trip). Puts the guest's record on the host's axis.
struct ClockAnchor {
    HostTime host{};
    std::chrono::microseconds guest{};
    std::chrono::microseconds error{};
};

struct SuspendOptions {
    SleepMode mode = SleepMode::Ram;
    Require require = Require::Deep;
    bool force = false;                                   ///< vetoes and inhibitors do not refuse
    std::optional<std::chrono::milliseconds> wake_after;  ///< RTC alarm in the guest
    bool wake_after_optional = false;  ///< sleep without the alarm if the agent cannot set it
    std::chrono::milliseconds limit = std::chrono::seconds(60);
};

struct SuspendReport {
    Verdict verdict;
    std::string transaction;
    std::string boot_id;  ///< empty if the agent is not hypnos-agent
    Json record;          ///< the agent's, null if the verdict came without it
    std::vector<Step> timeline;
    std::vector<ClockAnchor> anchors;
    std::optional<std::int64_t> balloon;  ///< bytes the guest had, for wake() to put back
};

struct WakeOptions {
    std::chrono::milliseconds limit = std::chrono::seconds(30);
    /// Bytes of memory that the guest shall have again: a new QEMU has forgotten it. Not touched
    /// if none.
    std::optional<std::int64_t> balloon;
    /// Look at the guest's clock, and set it by guest-set-time if it is off by more than a second.
    bool set_time = true;
    /// The boot that went to sleep: another one means that the image was lost. Empty: not known.
    std::string boot_id;
};

/// What wake() looked at and put right, each verified by asking again.
struct Restored {
    std::optional<std::int64_t> balloon;                    ///< bytes, as read back
    std::optional<std::chrono::milliseconds> clock_offset;  ///< guest minus host, at last
    bool clock_set = false;
    std::vector<std::string> problems;  ///< in words
};

struct WakeReport {
    bool was_asleep = false;  ///< in RAM; a guest that slept on disk is off, or runs again
    bool started = false;     ///< the machine was off and has been started
    bool image_lost = false;  ///< another boot than slept: what was in memory is gone
    std::string text;         ///< what happened, in words
    std::string boot_id;
    Json record;  ///< the agent's of the sleep that ended, null if it told none; may say image-lost
    std::vector<Step> timeline;
    std::vector<ClockAnchor> anchors;
    Restored restored;
};

struct GuestStatus {
    Result<Json> agent;  ///< of hypnos-status, or why there is none
    Result<std::string> run_state;
};

/// Findings, {"code", "severity": "block" | "warn", "subject", "hint"} each: the host's first.
struct PreflightReport {
    bool works = false;  ///< nothing blocks
    std::vector<Json> findings;
};

class Guest {
  public:
    HYPNOS_API Guest(GMainContext* context, const GuestSpec& spec);
    HYPNOS_API ~Guest();

    [[nodiscard]] HYPNOS_API const GuestSpec& spec() const;

    /// Asks the agent to sleep and waits for proof of how that ended. Needs an agent; without a
    /// machine to watch only the agent's own record can prove a sleep, and only once it is awake.
    /// Whatever happened after the request is a verdict; an error means that nothing was asked:
    /// Unreachable, or Refused when the guest is not running. At the limit the machine and the agent
    /// are asked once more, which takes two seconds at most.
    HYPNOS_API void suspend(const SuspendOptions& options,
                            std::function<void(Result<SuspendReport>)> done);

    /// Asks the agent to call off the suspend that is under way, which then ends by its own verdict:
    /// `cancelled`, or whatever was faster. Without a suspend under way nothing happens.
    HYPNOS_API void cancel();

    /// Wakes a guest that sleeps in RAM, starts one that libvirt says is off, and waits until its
    /// agent answers and knows of the resume. Then puts back what a sleep on disk forgets. A guest
    /// that runs already is no error.
    HYPNOS_API void wake(const WakeOptions& options, std::function<void(Result<WakeReport>)> done);

    /// Waits until a guest that sleeps (or is off) is awake again, whoever wakes it; otherwise as
    /// wake(). One that runs is reported at once.
    HYPNOS_API void wait_resumed(const WakeOptions& options,
                                 std::function<void(Result<WakeReport>)> done);

    HYPNOS_API void status(std::chrono::milliseconds limit, std::function<void(GuestStatus)> done);

    /// The reply of hypnos-capabilities (docs/protocol.md).
    HYPNOS_API void capabilities(std::chrono::milliseconds limit,
                                 std::function<void(Result<Json>)> done);

    /// All that speaks against a sleep, by what the guest knows and by what only the host knows. An
    /// agent that does not answer is a finding. Unreachable if neither side could be asked.
    HYPNOS_API void preflight(SleepMode mode, std::chrono::milliseconds limit,
                              std::function<void(Result<PreflightReport>)> done);

    /// The reply of hypnos-rehearse (docs/rehearsal.md).
    HYPNOS_API void rehearse(std::chrono::milliseconds limit,
                             std::function<void(Result<Json>)> done);

    /// Any command of the agent.
    HYPNOS_API void call(const std::string& command, const Json& arguments,
                         std::chrono::milliseconds limit, std::function<void(Result<Json>)> done);

    /// The guest's events from now on, beside and during operations, on the same connections. Ends
    /// when the watch is destroyed; it may outlive the guest.
    [[nodiscard]] HYPNOS_API std::unique_ptr<Watch> events(const Watch::Handlers& handlers);

    /// How much memory the guest has and may have: see memory_needed().
    HYPNOS_API void balloon(std::chrono::milliseconds limit,
                            std::function<void(Result<Balloon>)> done);

    /// Stops the machine's CPUs, which no guest notices but by its clock. Refused unless it runs;
    /// Unreachable without a machine. Success means that the machine says so afterwards. After
    /// another error the machine may stand.
    HYPNOS_API void pause(std::chrono::milliseconds limit, std::function<void(Result<void>)> done);

    /// Lets a machine that is paused go on; the guest's clock is behind then, see wake(). One that
    /// runs is no error, one in another state is Refused.
    HYPNOS_API void unpause(std::chrono::milliseconds limit,
                            std::function<void(Result<void>)> done);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
