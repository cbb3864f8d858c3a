// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the agent knows of one transaction; it becomes the data of its events. Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/hook.hpp"
#include "hypnos/protocol/power.hpp"
#include "sleep/core/task.hpp"

namespace hypnos::agent {

using namespace sleep;

/// A point of CLOCK_BOOTTIME, which goes on while the machine sleeps.
using BootTime = std::chrono::microseconds;

struct SuspendRequest {
    SleepMode mode = SleepMode::Ram;
    Require require = Require::Deep;
    Initiator initiator = Initiator::Host;
    bool force = false;                        ///< vetoes and inhibitors do not refuse; blockers do
    std::string transaction;                   ///< uuid
    std::chrono::milliseconds hooks_budget{};  ///< all pre hooks together
    std::optional<std::chrono::milliseconds> wake_after;  ///< RTC alarm
};

struct Phase {
    std::string name;
    BootTime at{};
};

/// What was put right after a wake, before the post hooks.
struct RefreshReport {
    std::optional<std::chrono::milliseconds> clock_step;  ///< if the clock was set: by how much
    std::string clock_source;                             ///< "/dev/ptp0", "/dev/rtc0"; empty: none
    std::optional<bool> reseeded;                         ///< the kernel's random number generator
    std::vector<std::string> links;                       ///< network links that were nudged
    std::optional<std::int64_t> balloon_pages_lost;  ///< released by the kernel on its way to disk
    std::vector<std::string> problems;               ///< for a person
};

struct Record {
    SuspendRequest request;
    Outcome outcome = Outcome::Failed;
    std::string error;         ///< for a person; empty on success
    int os_error = 0;          ///< errno of the write to /sys/power/state
    std::string step, device;  ///< from /sys/power/suspend_stats, when the kernel failed
    std::vector<Task> tasks;   ///< that refused to freeze
    std::chrono::milliseconds slept{};
    std::string wake_reason;  ///< what the kernel counts as the cause of the wake; empty: unknown
    std::vector<HookReport> hooks;
    std::vector<Finding> warnings;  ///< of preflight
    RefreshReport refresh;
    std::vector<Phase>
        phases;  ///< requested, checked, hooks-run, entering, returned, refreshed, finished
};

/// Data of HYPNOS_SUSPENDING: what is being done, for whom, and when it began.
[[nodiscard]] Json begun_json(const Record& record);

/// Data of the event that ends the transaction: the same, and how it went.
[[nodiscard]] Json ended_json(const Record& record);

/// What ended_json() tells, without the output of hooks and the report of the refresh.
[[nodiscard]] std::optional<Record> record_from_json(const Json& data);

}  // namespace hypnos::agent
