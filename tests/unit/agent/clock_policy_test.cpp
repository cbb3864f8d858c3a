// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/clock_policy.hpp"

#include <gtest/gtest.h>

#include "tests/support/result.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kNow = 1800000000s;

/// The system clock is at kNow, the device's so much ahead; the reading takes so long.
PtpSample sample(nanoseconds ahead, nanoseconds duration) {
    return {kNow, kNow + ahead + duration / 2, kNow + duration};
}

TEST(ClockPolicy, PtpStepsAboveATenthOfASecondEitherWay) {
    EXPECT_EQ(step_by_ptp({sample(101ms, 0ns)}), ClockStep(101ms));
    EXPECT_EQ(step_by_ptp({sample(-101ms, 0ns)}), ClockStep(-101ms));
    EXPECT_EQ(step_by_ptp({sample(100ms, 0ns)}), std::nullopt);
    EXPECT_EQ(step_by_ptp({sample(-100ms, 0ns)}), std::nullopt);
    EXPECT_EQ(step_by_ptp({}), std::nullopt);
}

TEST(ClockPolicy, TheFastestPtpSampleCounts) {
    EXPECT_EQ(step_by_ptp({sample(5s, 30us), sample(3s, 2us), sample(4s, 9us)}), ClockStep(3s));
}

TEST(ClockPolicy, ANetworkCardsClockIsNotTheHosts) {
    EXPECT_TRUE(is_host_clock("KVM virtual PTP"));
    EXPECT_TRUE(is_host_clock("hyperv"));
    EXPECT_TRUE(is_host_clock("ptp_vmw"));
    EXPECT_FALSE(is_host_clock("mlx5_ptp"));
    EXPECT_FALSE(is_host_clock(""));
}

/// The RTC is so much ahead of the system clock, which is at `now` and half a second.
RtcReading reading(std::chrono::seconds ahead, std::chrono::seconds now = kNow) {
    return {now + ahead, now + 500ms};
}

std::string text_of(const Result<ClockStep>& step) {
    if (!step) return step.error().message;
    return *step ? std::to_string((*step)->count() / 1000000) + " ms" : "no step";
}

TEST(ClockPolicy, TheRtcStepsAboveTwoSecondsEitherWay) {
    EXPECT_EQ(text_of(step_by_rtc({}, reading(3s))), "3000 ms");
    EXPECT_EQ(text_of(step_by_rtc({}, reading(-3s))), "-3000 ms");
    EXPECT_EQ(text_of(step_by_rtc({}, reading(2s))), "no step");
    EXPECT_EQ(text_of(step_by_rtc({}, reading(-2s))), "no step");
}

TEST(ClockPolicy, TheRtcReadsHalfASecondLateOnAverage) {
    EXPECT_EQ(text_of(step_by_rtc({}, {.rtc = kNow + 10s, .system = kNow})), "10500 ms");
}

TEST(ClockPolicy, AClockThatWasWrongBeforeTheSleepIsSetToTheRtc) {
    const ClockBefore before{.reading = reading(-3600s), .synchronised = false};
    EXPECT_EQ(text_of(step_by_rtc(before, reading(-3600s, kNow + 60s))), "-3600000 ms");
}

TEST(ClockPolicy, AClockThatNtpKeptIsCorrectedByWhatTheSleepAddedOnly) {
    const ClockBefore before{.reading = reading(7200s), .synchronised = true};
    EXPECT_EQ(text_of(step_by_rtc(before, reading(7200s, kNow + 60s))), "no step");
    EXPECT_EQ(text_of(step_by_rtc(before, reading(7260s, kNow + 60s))), "60000 ms");
}

TEST(ClockPolicy, AnRtcThatIsWrongBeyondDoubtSetsNothing) {
    const std::string dead = text_of(step_by_rtc({}, {.rtc = 946684800s, .system = kNow}));
    EXPECT_NE(dead.find("the RTC is wrong: it says 946684800 s"), std::string::npos) << dead;
    const ClockBefore before{.reading = reading(0s), .synchronised = false};
    const std::string back = text_of(step_by_rtc(before, reading(-20s, kNow + 10s)));
    EXPECT_NE(back.find("it went backwards"), std::string::npos) << back;
}

TEST(ClockPolicy, TheThirdLineOfAdjtimeTellsLocalTime) {
    EXPECT_TRUE(rtc_in_local_time("0.0 0 0.0\n0\nLOCAL\n"));
    EXPECT_TRUE(rtc_in_local_time("0.0 0 0.0\n0\nLOCAL"));
    EXPECT_FALSE(rtc_in_local_time("0.0 0 0.0\n0\nUTC\n"));
    EXPECT_FALSE(rtc_in_local_time("LOCAL\n0\n"));
    EXPECT_FALSE(rtc_in_local_time(""));
}

}  // namespace
}  // namespace hypnos::agent
