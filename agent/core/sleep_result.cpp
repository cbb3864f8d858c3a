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

namespace {

/// Below this, a difference of two readings of two clocks is noise.
constexpr std::chrono::microseconds kClockNoise{5000};

}  // namespace

Json to_json(const Baseline& baseline) {
    return Json::object({{"asleep-us", baseline.asleep.count()},
                         {"suspends", baseline.suspends},
                         {"wakeups", baseline.wakeups}});
}

std::optional<Baseline> baseline_from_json(const Json& saved) {
    const auto asleep = saved["asleep-us"].integer();
    const auto suspends = saved["suspends"].integer();
    const auto wakeups = saved["wakeups"].integer();
    if (!asleep || !suspends || !wakeups) return std::nullopt;
    return Baseline{std::chrono::microseconds(*asleep), *suspends, *wakeups};
}

bool has_slept(const Baseline& before, const Baseline& after) {
    return after.asleep - before.asleep > kClockNoise || after.suspends > before.suspends;
}

SleepMode guess_mode(const Baseline& before, const Baseline& after) {
    if (after.suspends > before.suspends) return SleepMode::Ram;
    return after.wakeups > before.wakeups ? SleepMode::Hybrid : SleepMode::Disk;
}

SleepResult compare(SleepMode mode, const Baseline& before, const Baseline& after) {
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
