// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/sleep_result.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

SleepResult slept_for(std::chrono::milliseconds time) {
    SleepResult result;
    result.slept = time;
    return result;
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
}  // namespace hypnos::agent
