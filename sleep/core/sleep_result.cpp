// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/sleep_result.hpp"

#include <glib.h>

#include <cerrno>

namespace hypnos::sleep {

using std::chrono::milliseconds;

namespace {

/// Below this, a difference of two readings of two clocks is noise.
constexpr std::chrono::microseconds kClockNoise{5000};

bool proves_sleep(const SleepResult& result) {
    return result.slept > milliseconds(0) || result.counted;
}

/// What the kernel answers when it backs out because of a wakeup event.
bool may_be_wakeup(int os_error) {
    return os_error == 0 || os_error == EBUSY || os_error == EAGAIN;
}

std::string said(const SleepResult& result) {
    return result.failed_file + ": " + g_strerror(result.os_error);
}

std::string wakeup_text(const SleepResult& result) {
    if (result.failed_file == kWakeupCount)
        return "a wakeup event came before the kernel was asked to sleep; try again";
    std::string text = "the kernel backed out of the sleep because of a wakeup event";
    if (result.os_error != 0) text += " (" + said(result) + ")";
    return text + "; try again";
}

}  // namespace

void explain(SleepResult& result, const KernelReason& reason, bool woken) {
    result.tasks = reason.refusing;
    if (result.device.empty()) result.device = reason.device;
    const bool unexplained = result.tasks.empty() && result.device.empty() &&
                             !proves_sleep(result) && may_be_wakeup(result.os_error);
    if (reason.wakeup_pending || (woken && unexplained)) result.wakeup_came_first = true;
}

Outcome judge_sleep(SleepMode mode, const SleepResult& result) {
    const bool countable = mode != SleepMode::Disk;
    const bool proven = result.slept > milliseconds(0) || (countable && result.counted);
    if (result.os_error != 0 || !proven)
        return result.wakeup_came_first ? Outcome::WokeEarly : Outcome::Failed;
    return result.deep || mode == SleepMode::Disk ? Outcome::Slept : Outcome::S2idle;
}

std::string failure_text(const SleepResult& result) {
    if (!result.not_asked.empty()) return result.not_asked;
    if (!result.backend_error.empty()) return "logind did not sleep: " + result.backend_error;
    if (result.wakeup_came_first) return wakeup_text(result);
    const std::string errno_words = result.os_error == 0 ? "" : " (" + said(result) + ")";
    if (!result.tasks.empty()) return refusal_text(result.tasks) + errno_words + "; " + kFreezeHint;
    if (result.os_error != 0)
        return "cannot write to " + said(result) +
               (result.device.empty() ? "" : " (device " + result.device + ")") +
               "; see the kernel log";
    if (!result.device.empty())
        return "device " + result.device + " kept the kernel from sleeping; see the kernel log";
    return "the kernel returned without having slept and gave no reason; see the kernel log";
}

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
    return woken_between(before, after) ? SleepMode::Hybrid : SleepMode::Disk;
}

bool woken_between(const Baseline& before, const Baseline& after) {
    return before.wakeups >= 0 && after.wakeups > before.wakeups;
}

SleepResult compare(SleepMode mode, const Baseline& before, const Baseline& after) {
    SleepResult result;
    if (const auto slept = after.asleep - before.asleep; slept > kClockNoise)
        result.slept = std::chrono::duration_cast<milliseconds>(slept);
    // Hibernation does not count in suspend_stats; its hybrid form ends with a wakeup event, as any
    // sleep in RAM does.
    result.counted = mode == SleepMode::Ram      ? after.suspends > before.suspends
                     : mode == SleepMode::Hybrid ? woken_between(before, after)
                                                 : false;
    return result;
}

}  // namespace hypnos::sleep
