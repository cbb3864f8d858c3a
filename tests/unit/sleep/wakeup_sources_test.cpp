// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/wakeup_sources.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

/// The sources of a QEMU guest, each with its event count.
class WakeupSources : public testing::Test {
  protected:
    WakeupSources() {
        set("wakeup0", "device:00", 0);
        set("wakeup1", "LNXPWRBN:00", 1);
        set("wakeup2", "00:05", 2);
        temp_.make_directory("/sys/class/wakeup/wakeup2/device/rtc/rtc0");
        set("wakeup3", "alarmtimer.0.auto", 0);
    }

    void set(const std::string& source, const std::string& name, int count) {
        temp_.write("/sys/class/wakeup/" + source + "/name", name + "\n");
        temp_.write("/sys/class/wakeup/" + source + "/event_count", std::to_string(count) + "\n");
    }

    /// The reason of a wake after which a source has this count.
    std::string reason_after(const std::string& source, const std::string& name, int count) {
        const WakeupCounts before = read_wakeup_counts(root_);
        set(source, name, count);
        return wake_reason(root_, before, read_wakeup_counts(root_));
    }

    test::TempRoot temp_;
    const Root root_ = temp_.root();
};

TEST_F(WakeupSources, AreCountedByWord) {
    set("wakeup4", "LNXSLPBN:00", 3);
    set("wakeup5", "PNP0C0C:00", 4);
    EXPECT_EQ(
        read_wakeup_counts(root_),
        (WakeupCounts{{"device:00", 0}, {"power-button", 5}, {"rtc", 2}, {"sleep-button", 3}}));
}

TEST_F(WakeupSources, WhoCountedIsTheReason) {
    EXPECT_EQ(reason_after("wakeup1", "LNXPWRBN:00", 2), "power-button");
    EXPECT_EQ(reason_after("wakeup2", "00:05", 3), "rtc");
    EXPECT_EQ(reason_after("wakeup3", "alarmtimer.0.auto", 1), "rtc");
    EXPECT_EQ(reason_after("wakeup0", "device:00", 1), "device:00");
    EXPECT_EQ(reason_after("wakeup9", "new", 1), "new");
}

TEST_F(WakeupSources, WhoDidNotCountIsNone) {
    EXPECT_EQ(reason_after("wakeup1", "LNXPWRBN:00", 1), "");
}

TEST_F(WakeupSources, TheRtcGoesFirstAsQ35CountsTheButtonToo) {
    const WakeupCounts before = read_wakeup_counts(root_);
    set("wakeup0", "device:00", 1);
    set("wakeup1", "LNXPWRBN:00", 2);
    EXPECT_EQ(wake_reason(root_, before, read_wakeup_counts(root_)), "power-button");
    set("wakeup2", "00:05", 3);
    EXPECT_EQ(wake_reason(root_, before, read_wakeup_counts(root_)), "rtc");
}

TEST_F(WakeupSources, AnInterruptIsTheLastResort) {
    temp_.write("/sys/power/pm_wakeup_irq", "9\n");
    EXPECT_EQ(wake_reason(root_, {}, {}), "irq 9");
    EXPECT_EQ(reason_after("wakeup1", "LNXPWRBN:00", 2), "power-button");
}

TEST_F(WakeupSources, WithoutThemNobodyKnows) {
    const test::TempRoot empty;
    EXPECT_TRUE(read_wakeup_counts(empty.root()).empty());
    EXPECT_EQ(wake_reason(empty.root(), {}, {}), "");
}

}  // namespace
}  // namespace hypnos::sleep
