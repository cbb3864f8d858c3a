// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include <cerrno>

#include "agent/system/refresh/clock.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kNow = 1800000000s;

/// A machine whose clock is at kNow.
class RefreshClock : public testing::Test {
  protected:
    void write_rtc(std::chrono::seconds time) {
        temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(time.count()) + "\n");
    }

    RefreshReport refreshed(const std::optional<ClockBefore>& before = {}) {
        RefreshReport report;
        set_clock(root_, clock_, before, report);
        return report;
    }

    test::TempRoot temp_;
    const Root root_ = temp_.root();
    ClockStep added_;
    int error_ = 0;
    bool synchronised_ = false;
    const SystemClock clock_{.now = [] { return nanoseconds(kNow); },
                             .synchronised = [this] { return synchronised_; },
                             .add =
                                 [this](nanoseconds step) {
                                     added_ = step;
                                     return error_;
                                 }};
};

TEST_F(RefreshClock, WithoutASourceNothingHappens) {
    const RefreshReport report = refreshed();
    EXPECT_EQ(report.clock_source, "");
    EXPECT_FALSE(report.clock_step);
    EXPECT_TRUE(report.problems.empty());
    EXPECT_FALSE(read_clock_before(root_, clock_));
}

TEST_F(RefreshClock, StepsToTheRtc) {
    write_rtc(kNow - 3600s);
    const RefreshReport report = refreshed();
    EXPECT_EQ(added_, ClockStep(-3599500ms));
    EXPECT_EQ(report.clock_step, -3599500ms);
    EXPECT_EQ(report.clock_source, "/dev/rtc0");
}

TEST_F(RefreshClock, LeavesAGoodClockAloneAndNamesItsWitness) {
    write_rtc(kNow);
    const RefreshReport report = refreshed();
    EXPECT_FALSE(added_);
    EXPECT_FALSE(report.clock_step);
    EXPECT_EQ(report.clock_source, "/dev/rtc0");
}

TEST_F(RefreshClock, AStepThatFailsIsAProblemAndNoStep) {
    write_rtc(kNow + 60s);
    error_ = EPERM;
    const RefreshReport report = refreshed();
    EXPECT_FALSE(report.clock_step);
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_NE(report.problems[0].find("CAP_SYS_TIME"), std::string::npos) << report.problems[0];
}

TEST_F(RefreshClock, AnRtcInLocalTimeIsNoSource) {
    write_rtc(kNow + 7200s);
    temp_.write("/etc/adjtime", "0.0 0 0.0\n0\nLOCAL\n");
    EXPECT_EQ(refreshed().clock_source, "");
    EXPECT_FALSE(added_);
}

TEST_F(RefreshClock, AWrongRtcIsNoSourceAndAProblem) {
    write_rtc(5s);
    const RefreshReport report = refreshed();
    EXPECT_EQ(report.clock_source, "");
    EXPECT_EQ(report.problems.size(), 1U);
    EXPECT_FALSE(added_);
}

TEST_F(RefreshClock, WhatIsReadBeforeTheSleepGuardsAClockThatNtpKeeps) {
    write_rtc(kNow + 7200s);
    synchronised_ = true;
    const std::optional<ClockBefore> before = read_clock_before(root_, clock_);
    ASSERT_TRUE(before);
    EXPECT_EQ(before->reading.rtc, kNow + 7200s);
    EXPECT_FALSE(refreshed(before).clock_step);
    EXPECT_TRUE(refreshed().clock_step);
}

TEST_F(RefreshClock, AHostClockThatDoesNotAnswerIsAProblemAndTheRtcStepsIn) {
    write_rtc(kNow);
    temp_.write("/sys/class/ptp/ptp0/clock_name", "mlx5_ptp\n");
    temp_.write("/sys/class/ptp/ptp1/clock_name", "KVM virtual PTP\n");
    temp_.write("/dev/ptp1", "");
    const RefreshReport report = refreshed();
    ASSERT_EQ(report.problems.size(), 1U);
    EXPECT_EQ(report.problems[0],
              "cannot read the host's clock /dev/ptp1: Inappropriate ioctl for device");
    EXPECT_EQ(report.clock_source, "/dev/rtc0");
}

TEST_F(RefreshClock, ANetworkCardsClockIsNotAsked) {
    temp_.write("/sys/class/ptp/ptp0/clock_name", "mlx5_ptp\n");
    temp_.write("/dev/ptp0", "");
    EXPECT_TRUE(refreshed().problems.empty());
}

TEST_F(RefreshClock, BelowAnotherRootTheClockOfThisMachineIsNeverSet) {
    EXPECT_EQ(system_clock(root_).add(1h), EPERM);
}

}  // namespace
}  // namespace hypnos::agent
