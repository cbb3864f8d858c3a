// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/time/guest_time.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>

#include "agent/time_setter.hpp"
#include "sleep/system/time/rtc.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kNow = 1800000000s;  // 2027-01-15, winter
constexpr seconds kThen = kNow + 3600s;

/// A machine whose clock is at kNow and whose RTC begins the second after kThen once it was read
/// twice.
class GuestTimeTest : public testing::Test {
  protected:
    std::optional<seconds> read_rtc() {
        if (!has_rtc_) return std::nullopt;
        return rtc_ + (ticks_ && ++reads_ > 2 ? 1s : 0s);
    }

    bool has_rtc_ = true;
    bool ticks_ = true;
    int reads_ = 0;
    seconds rtc_ = kThen;
    nanoseconds system_ = kNow;
    int system_error_ = 0;
    int rtc_error_ = 0;
    GuestTime clocks_{.system = {.now = [this] { return system_; },
                                 .synchronised = [] { return false; },
                                 .add =
                                     [this](nanoseconds step) {
                                         if (system_error_ == 0) system_ += step;
                                         return system_error_;
                                     }},
                      .read_rtc = [this] { return read_rtc(); },
                      .set_rtc =
                          [this](seconds shown) {
                              if (rtc_error_ == 0) rtc_ = shown;
                              return rtc_error_;
                          }};
};

std::string message(const auto& result) { return result ? "" : result.error().message; }

TEST_F(GuestTimeTest, BothClocksGetTheHostsTimeTheRtcTheNearestSecond) {
    EXPECT_EQ(set_time(clocks_, kNow + 60700ms).value(), "");
    EXPECT_EQ(system_, kNow + 60700ms);
    EXPECT_EQ(rtc_, kNow + 61s);
}

TEST_F(GuestTimeTest, AClockThatCannotBeSetIsAnErrorAndTheRtcIsLeftAlone) {
    system_error_ = EINVAL;
    EXPECT_EQ(message(set_time(clocks_, 5s)),
              "cannot set the clock to 5 s since 1970: the kernel takes no time before its own "
              "start, none after 2232");
    EXPECT_EQ(rtc_, kThen);
}

TEST_F(GuestTimeTest, AnRtcThatCannotBeSetIsAWarning) {
    rtc_error_ = ENOENT;
    EXPECT_EQ(set_time(clocks_, kThen).value(),
              "the clock is set, the RTC /dev/rtc0 cannot be: the guest has no RTC");
    rtc_error_ = ERANGE;
    EXPECT_NE(set_time(clocks_, kThen).value().find("out of range"), std::string::npos);
}

TEST_F(GuestTimeTest, TheRtcIsTakenAtTheBeginningOfASecond) {
    EXPECT_EQ(message(take_time_from_rtc(clocks_)), "");
    EXPECT_EQ(system_, kThen + 1s);
}

TEST_F(GuestTimeTest, AnRtcThatIsMissingOrStandsStillIsAnError) {
    has_rtc_ = false;
    EXPECT_EQ(message(take_time_from_rtc(clocks_)),
              "cannot read /sys/class/rtc/rtc0/since_epoch: the guest has no RTC");
    has_rtc_ = true;
    ticks_ = false;
    EXPECT_EQ(message(take_time_from_rtc(clocks_)), "the RTC /dev/rtc0 does not tick");
    EXPECT_EQ(system_, kNow);
}

TEST_F(GuestTimeTest, AnRtcInLocalTimeShowsIt) {
    setenv("TZ", "TST-2", 1);  // two hours ahead of UTC
    clocks_.rtc_is_local = true;
    EXPECT_EQ(set_time(clocks_, kNow).value(), "");
    EXPECT_EQ(rtc_, kNow + 7200s);
    EXPECT_EQ(message(take_time_from_rtc(clocks_)), "");
    EXPECT_EQ(system_, kNow + 1s);
    unsetenv("TZ");
}

TEST(GuestTimeOfARoot, IsLocalIfItsAdjtimeSaysSo) {
    const test::TempRoot temp;
    EXPECT_FALSE(guest_time(temp.root()).rtc_is_local);
    temp.write("/etc/adjtime", "0.0 0 0.0\n0\nLOCAL\n");
    EXPECT_TRUE(guest_time(temp.root()).rtc_is_local);
}

TEST(GuestTimeOfARoot, OtherThanTheSystemsCannotBeSet) {
    const test::TempRoot temp;
    temp.write("/dev/rtc0", "");
    EXPECT_EQ(guest_time(temp.root()).set_rtc(kNow), EPERM);
    EXPECT_EQ(guest_time(temp.root()).system.add(1h), EPERM);
}

/// What the setter says to callers, below a root that refuses.
class TimeSetterTest : public testing::Test {
  protected:
    [[nodiscard]] bool answered(std::size_t count) {
        return test::run_until([this, count] { return answers_.size() == count; });
    }

    test::TempRoot temp_;
    std::vector<std::pair<std::uint64_t, std::string>> answers_;
    TimeSetter setter_{temp_.root(), [this](const Caller& caller, const CommandResult& result) {
                           answers_.emplace_back(caller.serial, message(result));
                       }};
};

TEST_F(TimeSetterTest, TellsWhyItFailed) {
    setter_.set(kNow, {.serial = 1});
    ASSERT_TRUE(answered(1));
    EXPECT_TRUE(answers_[0].second.starts_with("cannot set the clock to 1800000000 s since 1970"))
        << answers_[0].second;
    setter_.set({}, {.serial = 2});
    ASSERT_TRUE(answered(2));
    EXPECT_TRUE(answers_[1].second.starts_with("cannot read /sys/class/rtc")) << answers_[1].second;
}

TEST_F(TimeSetterTest, SetsOneTimeAfterTheOther) {
    setter_.set(kNow, {.serial = 1});
    setter_.set(kThen, {.serial = 2});
    ASSERT_TRUE(answered(2));
    EXPECT_EQ(answers_[0], (std::pair<std::uint64_t, std::string>(
                               2, "the time is being set already; try again")));
    EXPECT_EQ(answers_[1].first, 1U);
}

}  // namespace
}  // namespace hypnos::agent
