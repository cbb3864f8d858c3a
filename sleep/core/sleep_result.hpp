// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Evidence of a sleep, and what it proves. Pure.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "hypnos/protocol/power.hpp"
#include "sleep/core/kernel_log.hpp"

namespace hypnos::sleep {

/// Read before everything else, written back right before `state`: the kernel takes it only if no
/// wakeup event came between (Documentation/ABI/testing/sysfs-power).
inline constexpr const char* kWakeupCount = "/sys/power/wakeup_count";

/// What the world said while and after the kernel was asked to sleep.
struct SleepResult {
    int os_error = 0;                   ///< of the write to /sys/power; 0 if it returned
    std::string failed_file;            ///< the file of /sys/power whose write failed
    std::string not_asked;              ///< why nobody was asked to sleep
    std::string backend_error;          ///< what logind said instead of sleeping
    std::chrono::milliseconds slept{};  ///< growth of CLOCK_BOOTTIME minus CLOCK_MONOTONIC
    /// The kernel's own count grew: suspend_stats/success for RAM, wakeup_count for hybrid. A sleep
    /// shorter than the RTC's second can leave `slept` at 0.
    bool counted = false;
    bool deep = true;  ///< not s2idle
    bool wakeup_came_first =
        false;                 ///< a wakeup event ended the attempt (wakeup_count, kernel log)
    std::string step, device;  ///< last_failed_step, last_failed_dev
    std::vector<Task> tasks;   ///< named by the kernel log as refusing to freeze
    std::string wake_reason;
};

/// Adds what the kernel's log says. `woken`: wakeup events were counted meanwhile, which explains an
/// attempt that ended without a sleep and without another reason.
void explain(SleepResult& result, const KernelReason& reason, bool woken);

/// slept, s2idle, woke-early (a wakeup event came before the sleep), failed.
[[nodiscard]] Outcome judge_sleep(SleepMode mode, const SleepResult& result);

[[nodiscard]] inline bool did_sleep(Outcome outcome) {
    return outcome == Outcome::Slept || outcome == Outcome::S2idle;
}

/// For a person: what was tried, what the kernel said, what to do. Of a sleep that was none.
[[nodiscard]] std::string failure_text(const SleepResult& result);

/// What can be compared before and after a sleep, also by another agent process.
struct Baseline {
    std::chrono::microseconds asleep{};  ///< CLOCK_BOOTTIME minus CLOCK_MONOTONIC
    std::int64_t suspends = 0;           ///< suspend_stats/success
    std::int64_t wakeups = 0;            ///< wakeup_count; -1: not known
};

[[nodiscard]] Json to_json(const Baseline& baseline);
[[nodiscard]] std::optional<Baseline> baseline_from_json(const Json& saved);
/// Whether wakeup events were counted between the two readings.
[[nodiscard]] bool woken_between(const Baseline& before, const Baseline& after);

/// What a sleep of that mode between the two readings proves: `slept` and `counted`.
[[nodiscard]] SleepResult compare(SleepMode mode, const Baseline& before, const Baseline& after);

/// Whether the machine slept at all between the two readings.
[[nodiscard]] bool has_slept(const Baseline& before, const Baseline& after);

/// The mode of that sleep: only one in RAM counts in suspend_stats, and one on disk counts nowhere.
[[nodiscard]] SleepMode guess_mode(const Baseline& before, const Baseline& after);

}  // namespace hypnos::sleep
