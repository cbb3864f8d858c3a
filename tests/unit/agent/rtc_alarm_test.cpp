// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/rtc_alarm.hpp"

#include <gtest/gtest.h>

#include "tests/support/result.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFile = "/sys/class/rtc/rtc0/wakealarm";

std::string armed_with(std::chrono::milliseconds delay) {
    const test::TempRoot temp;
    const Root root = temp.root();
    temp.write(kFile, "");
    const Result<void> armed = RtcAlarm(root).arm(delay);
    return armed ? temp.read(kFile) : armed.error().message;
}

TEST(RtcAlarm, CountsFromNowInWholeSecondsRoundedUp) {
    EXPECT_EQ(armed_with(1ms), "+1");
    EXPECT_EQ(armed_with(1000ms), "+1");
    EXPECT_EQ(armed_with(1001ms), "+2");
    EXPECT_EQ(armed_with(24h), "+86400");
}

TEST(RtcAlarm, WithoutAnRtcSaysWhatIsNeeded) {
    const test::TempRoot temp;
    const Root root = temp.root();
    const std::string error = test::error_of(RtcAlarm(root).arm(1s));
    EXPECT_NE(error.find(kFile), std::string::npos) << error;
    EXPECT_NE(error.find("needs an RTC"), std::string::npos) << error;
}

TEST(RtcAlarm, IsClearedByZeroAndWithoutAnRtcNothingHappens) {
    const test::TempRoot temp;
    const Root root = temp.root();
    RtcAlarm alarm(root);
    alarm.disarm();
    temp.write(kFile, "123456");
    alarm.disarm();
    EXPECT_EQ(temp.read(kFile), "0");
}

}  // namespace
}  // namespace hypnos::agent
