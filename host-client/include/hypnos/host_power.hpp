// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The sleep of the host itself: which sleeps work, one with an RTC alarm to end it, and how the last
// one went, also when another process began it. docs/host-sleep.md.
//
// Asynchronous on the default main context, which one thread iterates; callbacks come from the loop.
// Times: durations in seconds of CLOCK_BOOTTIME, alarms in seconds of the RTC since 1970.
// Errors: Usage (the request is wrong), Refused (nothing slept, with the finding or who is in the
// way), Generic (what the system said). Sleeping takes root; capabilities() and status() do not.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos {

/// libvirt's virNodeSuspendTarget, and what the kernel calls s2idle or freeze. Mem is S3 and nothing
/// shallower.
enum class HostTarget { Mem, Disk, Hybrid, S2idle };
inline constexpr std::array<std::string_view, 4> kHostTargetNames = {"mem", "disk", "hybrid",
                                                                     "s2idle"};
[[nodiscard]] HYPNOS_API std::string_view name_of(HostTarget target);

/// Who puts the host to sleep. Auto: logind where it runs, else the kernel's own files.
enum class HostBackend { Auto, Logind, Sysfs };
inline constexpr std::array<std::string_view, 3> kHostBackendNames = {"auto", "logind", "sysfs"};

struct HostCapability {
    HostTarget target = HostTarget::Mem;
    bool works = false;
    std::vector<Finding> findings;                         ///< what blocks it, and what may
    [[nodiscard]] HYPNOS_API std::string why_not() const;  ///< of the first blocker; empty if none
};

struct HostCapabilities {
    HostBackend backend = HostBackend::Logind;  ///< never Auto
    std::vector<HostCapability> targets;        ///< in the order of HostTarget
};

/// libvirt's <power_management> element, as in /capabilities/host of virConnectGetCapabilities.
[[nodiscard]] HYPNOS_API std::string capabilities_xml(const HostCapabilities& capabilities);
/// {"backend", "targets": [{"target", "works", "findings"}...]}
[[nodiscard]] HYPNOS_API Json to_json(const HostCapabilities& capabilities);

struct HostSuspendOptions {
    HostTarget target = HostTarget::Mem;
    /// The RTC's alarm, from now on. None: until something else wakes the host.
    std::optional<std::chrono::seconds> wake_after;
    bool allow_short = false;            ///< less than 60 s
    bool force = false;                  ///< inhibitors do not refuse
    std::chrono::milliseconds delay{0};  ///< between the answer and anything else
};

/// The least wake_after, as libvirt has it: freezing alone may take 20 s and more, and an alarm that
/// rings before the host sleeps wakes nobody.
inline constexpr std::chrono::seconds kLeastHostSleep{60};

/// One sleep of the host, from the request (or logind's word that somebody else has begun one) until
/// it is awake again.
struct HostSleep {
    enum class State {
        Waiting,    ///< accepted; `delay` has not passed
        Preparing,  ///< guests go to sleep
        Entering,   ///< the alarm is set, the kernel or logind has been asked
        Restoring,  ///< it slept, or did not: guests wake
        Ended,
    };
    enum class WokenBy { Nothing, Alarm, OtherAlarm, Other };

    std::string operation;  ///< uuid
    State state = State::Waiting;
    HostTarget target = HostTarget::Mem;
    Initiator initiator = Initiator::Host;  ///< Local: somebody else's, heard of by logind
    HostBackend backend = HostBackend::Logind;
    std::chrono::seconds requested_at{};     ///< CLOCK_REALTIME
    std::optional<std::int64_t> alarm;       ///< ours, in the RTC's seconds
    std::optional<std::int64_t> kept_alarm;  ///< another program's, to be put back
    // From Restoring on:
    Outcome outcome = Outcome::Failed;
    std::string text;  ///< why not, in words; empty if it slept
    std::chrono::milliseconds slept{};
    WokenBy woken_by = WokenBy::Nothing;
    std::string wake_reason;  ///< the kernel's wakeup source: "rtc", "power-button", ...
    Json details;             ///< {"errno"?, "step"?, "device"?, "tasks"?} of a failure
};
inline constexpr std::array<std::string_view, 5> kHostSleepStateNames = {
    "waiting", "preparing", "entering", "restoring", "ended"};
inline constexpr std::array<std::string_view, 4> kWokenByNames = {"nothing", "alarm", "other-alarm",
                                                                  "other"};
[[nodiscard]] HYPNOS_API Json to_json(const HostSleep& sleep);
[[nodiscard]] HYPNOS_API std::optional<HostSleep> host_sleep_from_json(const Json& saved);

struct HostStatus {
    std::optional<HostSleep> current;  ///< of whatever process
    std::optional<HostSleep> last;
};

class HostPower {
  public:
    struct Options {
        std::string root = "/";  ///< of /sys, /proc, /run, /var and /dev; for tests
        HostBackend backend = HostBackend::Auto;
    };
    /// All may be empty.
    struct Handlers {
        /// It reached this state.
        std::function<void(const HostSleep&)> changed;
        /// Preparing: `go` is to be called once. An error calls the sleep off, unless somebody else has
        /// begun it.
        std::function<void(const HostSleep&, std::function<void(Result<void>)> go)> prepare;
        /// prepare() shall call `go` soon: the sleep is called off, or over already.
        std::function<void()> hurry;
        /// The host is awake again, or the sleep was called off while prepare() ran or after it:
        /// `done` is to be called once.
        std::function<void(const HostSleep&, std::function<void()> done)> restore;
    };

    HYPNOS_API HostPower(const Options& options, const Handlers& handlers);
    HYPNOS_API ~HostPower();

    /// Asked afresh each time.
    HYPNOS_API void capabilities(std::function<void(const HostCapabilities&)> done);

    /// Looks whether it can work, answers with the operation's id, and only then sleeps: handlers
    /// tell the rest. One at a time on this machine; a second one is Refused and told of the first.
    HYPNOS_API void suspend(const HostSuspendOptions& options,
                            std::function<void(Result<std::string>)> accepted);

    /// Calls off an operation of this process; empty: whichever there is. Refused once the kernel or
    /// logind has been asked, or if there is none.
    HYPNOS_API Result<void> cancel(const std::string& operation);

    /// Finishes what a process that died has left, and from now on also hears of sleeps that others
    /// begin at logind, and holds them up until they are prepared. True if it has something to finish:
    /// handlers tell of it.
    HYPNOS_API bool watch_others();

    /// Of whatever process, from its files.
    [[nodiscard]] HYPNOS_API HostStatus status() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos
