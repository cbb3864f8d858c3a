// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/sleep_result.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace hypnos::sleep {
namespace {

using namespace std::chrono_literals;

SleepResult slept_for(std::chrono::milliseconds time) {
    SleepResult result;
    result.slept = time;
    return result;
}

SleepResult failed_with(int os_error) {
    SleepResult result;
    result.os_error = os_error;
    result.failed_file = "/sys/power/state";
    return result;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The outcome of that evidence with what the log says.
Outcome explained(SleepResult result, const KernelReason& reason, bool woken) {
    explain(result, reason, woken);
    return judge_sleep(SleepMode::Ram, result);
}

Baseline baseline(std::chrono::microseconds asleep, std::int64_t suspends, std::int64_t wakeups) {
    return {asleep, suspends, wakeups};
}

TEST(JudgeSleep, TimeAsleepProvesASleep) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        EXPECT_EQ(judge_sleep(mode, slept_for(1ms)), Outcome::Slept) << name_of(mode);
}

TEST(JudgeSleep, TheKernelsCountProvesASleepInRamOnly) {
    SleepResult counted;
    counted.counted = true;
    EXPECT_EQ(judge_sleep(SleepMode::Ram, counted), Outcome::Slept);
    EXPECT_EQ(judge_sleep(SleepMode::Hybrid, counted), Outcome::Slept);
    EXPECT_EQ(judge_sleep(SleepMode::Disk, counted), Outcome::Failed);
}

TEST(JudgeSleep, NoProofNoSleep) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        EXPECT_EQ(judge_sleep(mode, {}), Outcome::Failed) << name_of(mode);
}

TEST(JudgeSleep, AnErrorIsAFailureWhateverElseIsSaid) {
    SleepResult result = slept_for(1s);
    result.counted = true;
    result.os_error = EBUSY;
    EXPECT_EQ(judge_sleep(SleepMode::Ram, result), Outcome::Failed);
}

TEST(JudgeSleep, AShallowSleepIsToldApart) {
    SleepResult result = slept_for(1s);
    result.deep = false;
    EXPECT_EQ(judge_sleep(SleepMode::Ram, result), Outcome::S2idle);
    EXPECT_EQ(judge_sleep(SleepMode::Hybrid, result), Outcome::S2idle);
    EXPECT_EQ(judge_sleep(SleepMode::Disk, result), Outcome::Slept);
}

TEST(JudgeSleep, AWakeupEventBeforeTheSleepIsNoFailure) {
    for (const int os_error : {0, EINVAL, EBUSY}) {
        SleepResult result = failed_with(os_error);
        result.wakeup_came_first = true;
        EXPECT_EQ(judge_sleep(SleepMode::Ram, result), Outcome::WokeEarly) << os_error;
        EXPECT_EQ(judge_sleep(SleepMode::Disk, result), Outcome::WokeEarly) << os_error;
    }
}

TEST(JudgeSleep, AWakeupEventAfterAProvenSleepIsWhatWakes) {
    SleepResult result = slept_for(1s);
    result.wakeup_came_first = true;
    EXPECT_EQ(judge_sleep(SleepMode::Ram, result), Outcome::Slept);
}

TEST(Explain, TheLogNamesTasksAndDevice) {
    SleepResult result = failed_with(EBUSY);
    explain(result, {.refusing = {{"tar", 7}}, .device = "vda"}, true);
    EXPECT_EQ(result.tasks, (std::vector<Task>{{"tar", 7}}));
    EXPECT_EQ(result.device, "vda");
    EXPECT_FALSE(result.wakeup_came_first);
    result.device = "as suspend_stats say";
    explain(result, {.device = "vda"}, false);
    EXPECT_EQ(result.device, "as suspend_stats say");
}

TEST(Explain, AWakeupEventIsTheReasonIfTheLogSaysSo) {
    const KernelReason pending = {.wakeup_pending = true};
    EXPECT_EQ(explained(failed_with(EBUSY), pending, false), Outcome::WokeEarly);
    EXPECT_EQ(explained(failed_with(0), pending, false), Outcome::WokeEarly);
    EXPECT_EQ(explained(slept_for(1s), pending, false), Outcome::Slept);
}

TEST(Explain, AWakeupEventIsTheReasonIfItWasCountedAndThereIsNoOther) {
    EXPECT_EQ(explained(failed_with(EBUSY), {}, true), Outcome::WokeEarly);
    EXPECT_EQ(explained(failed_with(0), {}, true), Outcome::WokeEarly);
    EXPECT_EQ(explained(failed_with(EBUSY), {}, false), Outcome::Failed);
    EXPECT_EQ(explained(failed_with(0), {}, false), Outcome::Failed);
    EXPECT_EQ(explained(failed_with(ENOMEM), {}, true), Outcome::Failed);
    EXPECT_EQ(explained(failed_with(EBUSY), {.refusing = {{"tar", 7}}}, true), Outcome::Failed);
    EXPECT_EQ(explained(failed_with(EBUSY), {.device = "vda"}, true), Outcome::Failed);
}

TEST(Explain, WhatWokeAProvenSleepDidNotComeFirst) {
    SleepResult result = slept_for(1s);
    explain(result, {}, true);
    EXPECT_FALSE(result.wakeup_came_first);
}

TEST(FailureText, SaysWhatTheKernelSaid) {
    SleepResult result = failed_with(EBUSY);
    EXPECT_PRED2(has, failure_text(result), "cannot write to /sys/power/state: ");
    result.device = "vda";
    EXPECT_PRED2(has, failure_text(result), "(device vda)");
    result.tasks = {{"tar", 7}};
    EXPECT_PRED2(has, failure_text(result), "task tar (pid 7) did not freeze");
    EXPECT_PRED2(has, failure_text(result), "end the task");
    EXPECT_PRED2(has, failure_text(failed_with(0)), "without having slept");
}

TEST(FailureText, TellsAWakeupBeforeTheKernelWasAskedFromOneAfter) {
    SleepResult result = failed_with(EBUSY);
    result.wakeup_came_first = true;
    EXPECT_PRED2(has, failure_text(result), "the kernel backed out");
    EXPECT_PRED2(has, failure_text(result), "(/sys/power/state: ");
    result = failed_with(0);
    result.wakeup_came_first = true;
    EXPECT_EQ(failure_text(result),
              "the kernel backed out of the sleep because of a wakeup event; try again");
    result.os_error = EINVAL;
    result.failed_file = kWakeupCount;
    EXPECT_PRED2(has, failure_text(result), "before the kernel was asked");
}

TEST(Compare, ClocksAndCountersProve) {
    const Baseline before = {.asleep = 0us, .suspends = 4, .wakeups = 7};
    const Baseline after = {.asleep = 1500ms, .suspends = 5, .wakeups = 8};
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Hybrid}) {
        EXPECT_EQ(compare(mode, before, after).slept, 1500ms);
        EXPECT_TRUE(compare(mode, before, after).counted);
        EXPECT_FALSE(compare(mode, before, before).counted);
    }
    EXPECT_FALSE(compare(SleepMode::Disk, before, after).counted);
    EXPECT_EQ(compare(SleepMode::Ram, before, {.asleep = 4999us}).slept, 0ms) << "noise";
}

TEST(Compare, AnUnknownCountProvesNothing) {
    const Baseline unknown = {.wakeups = -1}, known = {.wakeups = 7};
    EXPECT_FALSE(woken_between(unknown, known));
    EXPECT_FALSE(woken_between(known, unknown));
    EXPECT_FALSE(compare(SleepMode::Hybrid, unknown, known).counted);
}

TEST(Compare, TimeAsleepIsWhatTheClocksGrewApart) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid}) {
        const SleepResult result = compare(mode, baseline(1s, 3, 3), baseline(3500ms, 3, 3));
        EXPECT_EQ(result.slept, 2500ms) << name_of(mode);
        EXPECT_FALSE(result.counted) << name_of(mode);
        EXPECT_EQ(result.os_error, 0);
    }
}

TEST(Compare, ADifferenceOfTwoReadingsIsNoSleep) {
    EXPECT_EQ(compare(SleepMode::Ram, baseline(1s, 0, 0), baseline(1s + 5ms, 0, 0)).slept, 0ms);
    EXPECT_EQ(compare(SleepMode::Ram, baseline(1s, 0, 0), baseline(1s + 6ms, 0, 0)).slept, 6ms);
    EXPECT_EQ(compare(SleepMode::Ram, baseline(1s, 0, 0), baseline(900ms, 0, 0)).slept, 0ms);
}

TEST(Compare, EachModeHasACountOfItsOwn) {
    const Baseline before = baseline(0s, 1, 1);
    EXPECT_TRUE(compare(SleepMode::Ram, before, baseline(0s, 2, 1)).counted);
    EXPECT_FALSE(compare(SleepMode::Ram, before, baseline(0s, 1, 2)).counted);
    EXPECT_TRUE(compare(SleepMode::Hybrid, before, baseline(0s, 1, 2)).counted);
    EXPECT_FALSE(compare(SleepMode::Hybrid, before, baseline(0s, 2, 1)).counted);
    EXPECT_FALSE(compare(SleepMode::Disk, before, baseline(0s, 2, 2)).counted);
    EXPECT_FALSE(compare(SleepMode::Ram, before, baseline(0s, 0, 0)).counted);
}

}  // namespace
}  // namespace hypnos::sleep
