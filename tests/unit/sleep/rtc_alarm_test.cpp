// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/time/rtc_alarm.hpp"

#include <gtest/gtest.h>

#include "tests/support/result.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFile = "/sys/class/rtc/rtc0/wakealarm";
constexpr const char* kNow = "/sys/class/rtc/rtc0/since_epoch";

class RtcAlarmTest : public testing::Test {
  protected:
    RtcAlarmTest() {
        temp_.write(kFile, "");
        temp_.write(kNow, "1000\n");
    }

    test::TempRoot temp_;
    RtcAlarm alarm_{temp_.root()};
};

TEST_F(RtcAlarmTest, CountsFromTheRtcsNowInWholeSecondsRoundedUp) {
    EXPECT_EQ(alarm_.choose(1ms).value(), 1001);
    EXPECT_EQ(alarm_.choose(1000ms).value(), 1001);
    EXPECT_EQ(alarm_.choose(1001ms).value(), 1002);
    EXPECT_EQ(alarm_.choose(24h).value(), 87400);
    EXPECT_EQ(temp_.read(kFile), "");
}

TEST_F(RtcAlarmTest, IsSetForTheChosenSecond) {
    ASSERT_TRUE(alarm_.arm(1002));
    EXPECT_EQ(temp_.read(kFile), "1002");
}

TEST_F(RtcAlarmTest, OfSomebodyElseIsKeptAndNamed) {
    temp_.write(kFile, "5000\n");
    const std::string error = test::error_of(alarm_.choose(1s));
    EXPECT_NE(error.find("5000"), std::string::npos) << error;
    EXPECT_NE(error.find("clear it first"), std::string::npos) << error;
    alarm_.disarm(1001);
    EXPECT_EQ(temp_.read(kFile), "5000\n");
}

TEST_F(RtcAlarmTest, IsClearedByZero) {
    temp_.write(kFile, "1002\n");
    alarm_.disarm(1002);
    EXPECT_EQ(temp_.read(kFile), "0");
}

TEST(RtcAlarm, WithoutAnRtcSaysWhatIsNeeded) {
    const test::TempRoot temp;
    const RtcAlarm alarm(temp.root());
    for (const std::string& error :
         {test::error_of(alarm.choose(1s)), test::error_of(alarm.arm(1001))}) {
        EXPECT_NE(error.find(kFile), std::string::npos) << error;
        EXPECT_NE(error.find("needs an RTC"), std::string::npos) << error;
    }
    alarm.disarm(1001);
}

}  // namespace
}  // namespace hypnos::sleep
