// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/power.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "glib/unique_fd.hpp"
#include "sleep/system/power/evidence.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
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

TEST_F(PowerTest, TheCountOfWakeupsIsWrittenBackBeforeTheSleep) {
    temp_.write("/sys/power/wakeup_count", "7\n");
    EXPECT_EQ(read_wakeup_count(root_), "7");
    const SleepResult result = enter_sleep(power_, {.state = "mem", .wakeup_count = "7"});
    EXPECT_EQ(temp_.read("/sys/power/wakeup_count"), "7");
    EXPECT_EQ(temp_.read("/sys/power/state"), "mem");
    EXPECT_FALSE(result.wakeup_came_first);
}

TEST_F(PowerTest, WithoutACountNothingIsChecked) {
    temp_.write("/sys/power/wakeup_count", "7\n");
    EXPECT_EQ(enter_sleep(power_, {.state = "mem"}).os_error, 0);
    EXPECT_EQ(temp_.read("/sys/power/wakeup_count"), "7\n");
    std::filesystem::remove(temp_.path("/sys/power/wakeup_count"));
    EXPECT_EQ(read_wakeup_count(root_), "");
    const SleepResult result = enter_sleep(power_, {.state = "mem", .wakeup_count = "7"});
    EXPECT_EQ(result.os_error, 0);
    EXPECT_EQ(temp_.read("/sys/power/state"), "mem");
}

/// The file linked to answers a write of nonsense with EINVAL, as the kernel does when the number is
/// not the right one any more.
TEST_F(PowerTest, AWakeupEventThatCameFirstKeepsTheKernelFromBeingAsked) {
    temp_.link("/sys/power/wakeup_count", "/proc/self/oom_score_adj");
    const SleepResult result = enter_sleep(power_, {.mem_sleep = "deep",
                                                    .state = "mem",
                                                    .restore_mem_sleep = "s2idle",
                                                    .wakeup_count = "not a number"});
    EXPECT_TRUE(result.wakeup_came_first);
    EXPECT_EQ(result.failed_file, "/sys/power/wakeup_count");
    EXPECT_EQ(temp_.read("/sys/power/state"), "freeze mem disk\n");
    EXPECT_EQ(temp_.read("/sys/power/mem_sleep"), "s2idle");
}

/// As the kernel does while a wakeup event is being handled.
TEST_F(PowerTest, ACountThatCannotBeReadNowIsNotWaitedFor) {
    const std::string file = temp_.path("/sys/power/wakeup_count");
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(read_wakeup_count(root_), "");
    EXPECT_EQ(read_baseline(root_).wakeups, -1);
    const UniqueFd writer(open(file.c_str(), O_WRONLY | O_NONBLOCK));
    EXPECT_TRUE(writer) << "the readers wait still; this lets them go";
}

TEST_F(PowerTest, ABaselineIsWhatTheKernelCounts) {
    temp_.write("/sys/power/wakeup_count", "12\n");
    const Baseline baseline = read_baseline(root_);
    EXPECT_EQ(baseline.suspends, 4);
    EXPECT_EQ(baseline.wakeups, 12);
}

/// What is written to `state` appears in the log.
TEST_F(PowerTest, TheKernelsLogSaysWhatRefusedToFreeze) {
    temp_.write("/dev/kmsg", "");
    std::filesystem::remove(temp_.path("/sys/power/state"));
    temp_.link("/sys/power/state", "../../dev/kmsg");
    const SleepResult result = enter_sleep(
        power_, {.state = "3,1,1,-;Freezing of tasks failed after 3.007 seconds (1 tasks refusing "
                          "to freeze, wq_busy=0):\n"
                          "6,2,1,-;task:tar             state:D stack:0     pid:7     ppid:1\n"});
    EXPECT_EQ(result.tasks, (std::vector<Task>{{"tar", 7}}));
}

}  // namespace
}  // namespace hypnos::sleep
