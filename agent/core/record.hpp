// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the agent knows of one transaction; it becomes the data of its events. Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/power.hpp"

namespace hypnos::agent {

/// A point of CLOCK_BOOTTIME, which goes on while the machine sleeps.
using BootTime = std::chrono::microseconds;

struct SuspendRequest {
    SleepMode mode = SleepMode::Ram;
    Require require = Require::Deep;
    Initiator initiator = Initiator::Host;
    std::string transaction;                              ///< uuid
    std::chrono::milliseconds hooks_budget{};             ///< all pre hooks together
    std::optional<std::chrono::milliseconds> wake_after;  ///< RTC alarm
};

enum class HookPhase { Pre, Post };
[[nodiscard]] std::string_view name_of(HookPhase phase);

struct HookReport {
    std::string name;
    HookPhase phase = HookPhase::Pre;
    std::string result;  ///< "ok", "failed", "timed-out"
    int status = 0;      ///< exit status, 128 + signal if killed, 124 if timed out
    std::chrono::milliseconds took{};
    std::string output;  ///< the beginning of what it printed
};

struct Phase {
    std::string name;
    BootTime at{};
};

struct Record {
    SuspendRequest request;
    Outcome outcome = Outcome::Failed;
    std::string error;         ///< for a person; empty on success
    int os_error = 0;          ///< errno of the write to /sys/power/state
    std::string step, device;  ///< from /sys/power/suspend_stats, when the kernel failed
    std::chrono::milliseconds slept{};
    std::vector<HookReport> hooks;
    std::vector<Phase> phases;  ///< requested, hooks-run, entering, returned, finished
};

/// Data of HYPNOS_SUSPENDING: what is being done, for whom, and when it began.
[[nodiscard]] Json begun_json(const Record& record);

/// Data of the event that ends the transaction: the same, and how it went.
[[nodiscard]] Json ended_json(const Record& record);

}  // namespace hypnos::agent
