// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/power.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

/// A machine whose /sys/power takes every write and never sleeps.
class PowerTest : public testing::Test {
  protected:
    PowerTest() {
        temp_.write("/sys/power/state", "freeze mem disk\n");
        temp_.write("/sys/power/mem_sleep", "[s2idle] deep\n");
        temp_.write("/sys/power/disk", "[platform] shutdown reboot suspend\n");
        temp_.write("/sys/power/suspend_stats/success", "4\n");
        temp_.write("/sys/power/suspend_stats/last_failed_step", "suspend\n");
        temp_.write("/sys/power/suspend_stats/last_failed_dev", "vda\n");
        temp_.write("/proc/swaps", "Filename\n/dev/vdb partition 1 0 -2\n");
    }

    test::TempRoot temp_;
    const Root root_ = temp_.root();
    const Power power_{root_};
};

TEST_F(PowerTest, AnEmptyPartOfThePlanIsNotWritten) {
    const SleepResult result = enter_sleep(power_, {.state = "mem"});
    EXPECT_EQ(result.os_error, 0);
    EXPECT_EQ(temp_.read("/sys/power/state"), "mem");
    EXPECT_EQ(temp_.read("/sys/power/mem_sleep"), "[s2idle] deep\n");
    EXPECT_EQ(temp_.read("/sys/power/disk"), "[platform] shutdown reboot suspend\n");
}

TEST_F(PowerTest, SettingsArePutBack) {
    const SleepResult result = enter_sleep(power_, {.mem_sleep = "deep",
                                                    .disk = "suspend",
                                                    .state = "disk",
                                                    .restore_mem_sleep = "s2idle",
                                                    .restore_disk = "platform"});
    EXPECT_EQ(result.os_error, 0);
    EXPECT_EQ(temp_.read("/sys/power/state"), "disk");
    EXPECT_EQ(temp_.read("/sys/power/mem_sleep"), "s2idle");
    EXPECT_EQ(temp_.read("/sys/power/disk"), "platform");
}

TEST_F(PowerTest, AWriteThatWorksIsNoProofOfSleep) {
    const SleepResult result = enter_sleep(power_, {.state = "mem"});
    EXPECT_FALSE(result.counted);
    EXPECT_EQ(result.slept, std::chrono::milliseconds(0));
    EXPECT_EQ(result.step, "");
}

TEST_F(PowerTest, AfterASettingThatFailsStateIsNotWritten) {
    std::filesystem::remove(temp_.path("/sys/power/mem_sleep"));
    const SleepResult result =
        enter_sleep(power_, {.mem_sleep = "deep", .disk = "suspend", .state = "mem"});
    EXPECT_EQ(result.os_error, ENOENT);
    EXPECT_EQ(result.failed_file, "/sys/power/mem_sleep");
    EXPECT_EQ(temp_.read("/sys/power/disk"), "[platform] shutdown reboot suspend\n");
    EXPECT_EQ(temp_.read("/sys/power/state"), "freeze mem disk\n");
}

TEST_F(PowerTest, AfterAFailureSettingsArePutBackAndAnOlderFailureIsNotTakenForIt) {
    std::filesystem::remove(temp_.path("/sys/power/state"));
    const SleepResult result =
        enter_sleep(power_, {.mem_sleep = "deep", .state = "mem", .restore_mem_sleep = "s2idle"});
    EXPECT_EQ(result.os_error, ENOENT);
    EXPECT_EQ(result.failed_file, "/sys/power/state");
    EXPECT_EQ(result.step, "");
    EXPECT_EQ(result.device, "");
    EXPECT_EQ(temp_.read("/sys/power/mem_sleep"), "s2idle");
}

TEST_F(PowerTest, AFailureThatTheKernelNotedMeanwhileIsTold) {
    const std::string state = temp_.path("/sys/power/state");
    std::filesystem::remove(state);
    std::filesystem::create_symlink("suspend_stats/last_failed_dev", state);
    const SleepResult result = enter_sleep(power_, {.state = "mem"});
    EXPECT_EQ(result.step, "suspend");
    EXPECT_EQ(result.device, "mem") << "what was written to state, in the place of a device";
}

TEST_F(PowerTest, AThreadSleepsAndTheLoopIsTold) {
    SleepThread thread(power_);
    std::optional<SleepResult> result;
    thread.start({.deep = false, .state = "mem"}, [&result](const SleepResult& r) { result = r; });
    EXPECT_FALSE(result);
    ASSERT_TRUE(test::run_until([&result] { return result.has_value(); }));
    EXPECT_FALSE(result->deep);
    EXPECT_EQ(temp_.read("/sys/power/state"), "mem");
}

TEST_F(PowerTest, AThreadMaySleepAgainFromItsOwnCallback) {
    SleepThread thread(power_);
    int times = 0;
    thread.start({.state = "mem"}, [&](const SleepResult&) {
        ++times;
        thread.start({.state = "disk"}, [&times](const SleepResult&) { ++times; });
    });
    ASSERT_TRUE(test::run_until([&times] { return times == 2; }));
    EXPECT_EQ(temp_.read("/sys/power/state"), "disk");
}

}  // namespace
}  // namespace hypnos::agent
