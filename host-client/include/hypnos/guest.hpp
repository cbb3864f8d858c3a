// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A guest: its agent, its power port and its QEMU together, and what one does with it.
//
// Asynchronous on the given context, one thread, one operation at a time: a second one replaces the
// first, which never calls back. Every operation ends by its limit, counted from its start (plus a
// moment for last questions, see suspend). Callbacks come from the loop and may destroy the guest.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/clock.hpp"
#include "hypnos/guest_spec.hpp"
#include "hypnos/outcome_judge.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/power.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos {

struct Step {
    std::string name;  ///< "connected", "requested", "accepted", "SUSPEND", "agent-answered", ...
    HostTime at{};
};

struct SuspendOptions {
    SleepMode mode = SleepMode::Ram;
    Require require = Require::Deep;
    std::optional<std::chrono::milliseconds> wake_after;  ///< RTC alarm in the guest
    std::chrono::milliseconds limit = std::chrono::seconds(60);
};

struct SuspendReport {
    Verdict verdict;
    std::string transaction;
    std::string boot_id;  ///< empty if the agent is not hypnos-agent
    Json record;          ///< the agent's, null if the verdict came without it
    std::vector<Step> timeline;
};

struct WakeReport {
    bool was_asleep = false;
    std::string text;  ///< what happened, in words
    std::string boot_id;
    Json record;  ///< the agent's of the sleep that ended, null if it told none; may say image-lost
    std::vector<Step> timeline;
};

struct GuestStatus {
    Result<Json> agent;  ///< of hypnos-status, or why there is none
    Result<std::string> run_state;
};

class Guest {
  public:
    Guest(GMainContext* context, const GuestSpec& spec);
    ~Guest();

    /// Asks the agent to sleep and waits for proof of how that ended. Needs `agent` or `power`;
    /// without `qmp` only the agent's own record can prove a sleep, and only once it is awake.
    /// Whatever happened after the request is a verdict; an error means that nothing was asked:
    /// Unreachable, or Refused when the guest is not running. At the limit QEMU and the agent are
    /// asked once more, which takes two seconds at most.
    void suspend(const SuspendOptions& options, std::function<void(Result<SuspendReport>)> done);

    /// Wakes a guest that sleeps in RAM and waits until its agent answers and knows of the resume.
    /// Needs `qmp`. A guest that runs already is no error.
    void wake(std::chrono::milliseconds limit, std::function<void(Result<WakeReport>)> done);

    void status(std::chrono::milliseconds limit, std::function<void(GuestStatus)> done);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
