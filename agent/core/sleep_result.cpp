// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/sleep_result.hpp"

#include <glib.h>

namespace hypnos::agent {

using std::chrono::milliseconds;

Outcome judge_sleep(SleepMode mode, const SleepResult& result) {
    const bool countable = mode != SleepMode::Disk;
    const bool proven = result.slept > milliseconds(0) || (countable && result.counted);
    if (result.os_error != 0 || !proven) return Outcome::Failed;
    return result.deep || mode == SleepMode::Disk ? Outcome::Slept : Outcome::S2idle;
}

std::string failure_text(const SleepResult& result) {
    if (result.os_error == 0)
        return "the kernel returned from /sys/power/state without having slept: a wakeup event "
               "came first; try again";
    std::string text = "cannot write to " + result.failed_file + ": " + g_strerror(result.os_error);
    if (!result.device.empty()) text += " (device " + result.device + ")";
    return text + "; see the guest's kernel log";
}

SleepResult compare(SleepMode mode, const Baseline& before, const Baseline& after) {
    /// Below this, a difference of two readings of two clocks is noise.
    constexpr std::chrono::microseconds kClockNoise{5000};
    SleepResult result;
    if (const auto slept = after.asleep - before.asleep; slept > kClockNoise)
        result.slept = std::chrono::duration_cast<milliseconds>(slept);
    // Hibernation does not count in suspend_stats; its hybrid form ends with a wakeup event, as any
    // sleep in RAM does.
    result.counted = mode == SleepMode::Ram      ? after.suspends > before.suspends
                     : mode == SleepMode::Hybrid ? after.wakeups > before.wakeups
                                                 : false;
    return result;
}

}  // namespace hypnos::agent
