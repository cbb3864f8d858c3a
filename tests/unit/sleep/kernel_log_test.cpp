// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/kernel_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "sleep/system/power/kernel_log.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

using Lines = std::vector<std::string>;

// Linux 6.1.0-56-cloud-amd64, with a task called "a (b) c".
const Lines kFreezeFailed = {
    "PM: suspend entry (deep)",
    "Filesystems sync: 0.000 seconds",
    "Freezing user space processes",
    "Freezing of tasks failed after 3.007 seconds (1 tasks refusing to freeze, wq_busy=0):",
    "task:a (b) c         state:D stack:0     pid:230   ppid:1      flags:0x00000006",
    "Call Trace:",
    " <TASK>",
    " __schedule+0x34d/0xa00",
    " mnt_want_write+0x8b/0xc0",
    " </TASK>",
    "OOM killer enabled.",
    "Restarting tasks ... done.",
    "PM: suspend exit",
};

TEST(ReadReason, TasksThatRefuseToFreeze) {
    const KernelReason reason = read_reason(kFreezeFailed);
    EXPECT_EQ(reason.refusing, (std::vector<Task>{{"a (b) c", 230}}));
    EXPECT_FALSE(reason.wakeup_pending);
    EXPECT_EQ(reason.device, "");
    EXPECT_EQ(reason.image_lost, "");
}

TEST(ReadReason, LaterKernelsSayWhatWasBeingFrozen) {
    const KernelReason reason = read_reason(
        {"Freezing user space processes failed after 20.005 seconds (2 tasks refusing to freeze, "
         "wq_busy=0):",
         "task:nfs state:D      state:D stack:0     pid:7     tgid:7     ppid:1      flags:0x4006",
         "task:tar             state:D stack:0     pid:81234 tgid:81234 ppid:1      flags:0x4006"});
    EXPECT_EQ(reason.refusing, (std::vector<Task>{{"nfs state:D", 7}, {"tar", 81234}}));
}

TEST(ReadReason, BlockedTasksThatTheFreezerDidNotListAreNotItsBusiness) {
    const std::string task = kFreezeFailed[4];
    Lines lines = {"sysrq: Show Blocked State", task};
    EXPECT_TRUE(read_reason(lines).refusing.empty());
    lines.insert(lines.begin(), kFreezeFailed.begin(), kFreezeFailed.end());
    EXPECT_EQ(read_reason(lines).refusing.size(), 1U);
}

TEST(ReadReason, AHundredTasksAreToldInPart) {
    Lines lines = {kFreezeFailed[3]};
    lines.insert(lines.end(), 100, kFreezeFailed[4]);
    EXPECT_EQ(read_reason(lines).refusing.size(), 16U);
}

TEST(ReadReason, AFreezeThatAWakeupEventEnded) {
    const KernelReason reason = read_reason(
        {"PM: suspend entry (deep)", "Freezing user space processes",
         "Freezing of tasks aborted after 2.043 seconds (1 tasks refusing to freeze, wq_busy=0):",
         "OOM killer enabled.", "Restarting tasks ... done."});
    EXPECT_TRUE(reason.wakeup_pending);
    EXPECT_TRUE(reason.refusing.empty());
}

TEST(ReadReason, OtherWordsForAWakeupEvent) {
    for (const char* line :
         {"PM: Wakeup pending, aborting suspend", "PM: active wakeup source: mmc0",
          "PM: last active wakeup source: 00:05",
          "PM: hibernation: Wakeup event detected during hibernation, rolling back."})
        EXPECT_TRUE(read_reason({line}).wakeup_pending) << line;
    EXPECT_FALSE(read_reason({"PM: suspend exit", "Freezing user space processes"}).wakeup_pending);
}

TEST(ReadReason, TheFirstDeviceThatFailed) {
    EXPECT_EQ(read_reason({"PM: Device input1 failed to suspend: error -16"}).device, "input1");
    EXPECT_EQ(
        read_reason({"virtiofs virtio3: PM: dpm_run_callback(): virtio_device_freeze+0x0/0x60 "
                     "returns -95",
                     "virtiofs virtio3: PM: failed to freeze: error -95",
                     "btintel_pcie 0000:00:14.7: PM: failed to hibernate async: error -16"})
            .device,
        "virtio3");
    EXPECT_EQ(read_reason({"sd 0:0:0:0: PM: failed to resume: error -5",
                           "sd 0:0:0:0: PM: failed to restore async: error -5"})
                  .device,
              "");
}

// The same kernel, booted with more memory than the image was made with.
TEST(ReadReason, WhyAnImageWasNotResumedFrom) {
    const Lines lines = {"PM: Image signature found, resuming",
                         "PM: hibernation: resume from hibernation",
                         "PM: Loading and decompressing image data (17833 pages)...",
                         "Hibernate inconsistent memory map detected!",
                         "PM: hibernation: Image mismatch: architecture specific data",
                         "PM: Error -1 resuming",
                         "PM: hibernation: Failed to load image, recovering.",
                         "PM: hibernation: resume failed (-1)"};
    EXPECT_EQ(read_reason(lines).image_lost, "Hibernate inconsistent memory map detected!");
    EXPECT_EQ(read_reason({lines.begin() + 4, lines.end()}).image_lost,
              "Image mismatch: architecture specific data");
    EXPECT_EQ(read_reason({lines.begin() + 5, lines.end()}).image_lost,
              "Failed to load image, recovering.");
    EXPECT_EQ(read_reason({"PM: Image not found (code -22)"}).image_lost,
              "Image not found (code -22)");
}

TEST(RefusalText, NamesTheFirstAndCountsTheRest) {
    EXPECT_EQ(refusal_text({}), "");
    EXPECT_EQ(refusal_text({{"tar", 7}}),
              "task tar (pid 7) did not freeze within the kernel's limit");
    EXPECT_EQ(refusal_text({{"tar", 7}, {"cp", 8}, {"mv", 9}}),
              "task tar (pid 7) and 2 more did not freeze within the kernel's limit");
}

TEST(KmsgMessage, IsWhatFollowsThePrefix) {
    EXPECT_EQ(kmsg_message("6,812,4408847,-;PM: suspend entry (deep)"), "PM: suspend entry (deep)");
    EXPECT_EQ(kmsg_message("6,812,4408847,-,caller=T1;a;b"), "a;b");
    EXPECT_EQ(kmsg_message(" SUBSYSTEM=virtio"), std::nullopt);
    EXPECT_EQ(kmsg_message(" DEVICE=a;b"), std::nullopt);
    EXPECT_EQ(kmsg_message("no prefix"), std::nullopt);
    EXPECT_EQ(kmsg_message(""), std::nullopt);
}

TEST(KmsgMessage, EscapesAreUndone) {
    EXPECT_EQ(kmsg_message(R"(6,1,2,-;caf\xc3\xa9 \x5cx41 \x0a.)"), "caf\xc3\xa9 \\x41 \n.");
    EXPECT_EQ(kmsg_message(R"(6,1,2,-;\xg1 \x4)"), R"(\xg1 \x4)");
}

/// An ordinary file in the place of /dev/kmsg.
class KernelLogTest : public testing::Test {
  protected:
    KernelLogTest() { add("6,1,10,-;old\n"); }

    void add(const std::string& text) const {
        temp_.write("/dev/kmsg", temp_.read("/dev/kmsg") + text);
    }

    test::TempRoot temp_;
    const Root root_ = temp_.root();
};

TEST_F(KernelLogTest, FromNowOnOnlyWhatIsNew) {
    KernelLog log(root_, KernelLog::From::Now);
    EXPECT_EQ(log.read_new(), Lines{});
    add("6,2,20,-;new\n SUBSYSTEM=block\n DEVICE=b254:0\n4,3,30,-;newer\n");
    EXPECT_EQ(log.read_new(), (Lines{"new", "newer"}));
    EXPECT_EQ(log.read_new(), Lines{});
}

TEST_F(KernelLogTest, FromBootOnEverything) {
    KernelLog log(root_, KernelLog::From::Boot);
    EXPECT_EQ(log.read_new(), Lines{"old"});
}

TEST_F(KernelLogTest, ALineMayComeInPieces) {
    KernelLog log(root_, KernelLog::From::Now);
    add("6,2,20,-;one ");
    EXPECT_EQ(log.read_new(), Lines{});
    add("two\n");
    EXPECT_EQ(log.read_new(), Lines{"one two"});
}

TEST_F(KernelLogTest, OfVeryManyTheLast) {
    KernelLog log(root_, KernelLog::From::Now);
    std::string text;
    for (int i = 0; i < 2500; ++i) text += "6,1,1,-;" + std::to_string(i) + "\n";
    add(text);
    const Lines lines = log.read_new();
    ASSERT_EQ(lines.size(), 2000U);
    EXPECT_EQ(lines.front(), "500");
    EXPECT_EQ(lines.back(), "2499");
}

TEST_F(KernelLogTest, WithoutALogThereAreNoMessages) {
    std::filesystem::remove(temp_.path("/dev/kmsg"));
    EXPECT_EQ(KernelLog(root_, KernelLog::From::Boot).read_new(), Lines{});
}

}  // namespace
}  // namespace hypnos::sleep
