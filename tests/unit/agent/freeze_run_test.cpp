// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/freeze/freeze_run.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "tests/unit/agent/fake_kernel.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kMarker = "/run/state/qga.state.isfrozen";

class Freezing : public testing::Test {
  protected:
    Freezing() {
        mounts(mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data") +
               mount_line(3, "8:3", "/data/deep") + mount_line(4, "8:1", "/bind"));
        temp_.write("/proc/sys/kernel/random/boot_id", "this-boot\n");
    }
    void mounts(const std::string& text) { temp_.write("/proc/self/mountinfo", text); }
    [[nodiscard]] bool marked() const { return root_.has(kMarker); }

    /// The number of file systems, or the error.
    std::string freeze(const FreezeSelection& selection = std::nullopt) {
        run_.expect_freeze();
        const Result<Frozen> frozen = run_.freeze(selection);
        if (frozen) hidden_ = frozen->hidden;
        return frozen ? std::to_string(frozen->count) : frozen.error().message;
    }

    const test::TempRoot temp_;
    const Root root_ = temp_.root();
    std::shared_ptr<FakeKernel> kernel_ = std::make_shared<FakeKernel>();
    const BootMarker marker_{root_, kMarker};
    FreezeRun run_{root_, kernel_, marker_};
    std::vector<std::string> hidden_;
};

TEST_F(Freezing, ChildrenBeforeParentsAndEachSuperblockOnce) {
    EXPECT_EQ(freeze(), "3");
    EXPECT_EQ(kernel_->calls(), (Calls{"freeze /data/deep", "freeze /data", "freeze /"}));
    EXPECT_EQ(kernel_->frozen(), 3U);
}

TEST_F(Freezing, ThawsInTheReverseOrderUntilItFails) {
    EXPECT_EQ(freeze(), "3");
    const Thawed thawed = run_.thaw();
    EXPECT_EQ(thawed.count, 3);
    EXPECT_TRUE(thawed.problems.empty());
    const Calls calls = kernel_->calls();
    EXPECT_EQ(Calls(calls.begin() + 3, calls.end()),
              (Calls{"thaw /", "thaw /", "thaw /data", "thaw /data", "thaw /data/deep",
                     "thaw /data/deep"}));
}

TEST_F(Freezing, TheMarkerIsThereFromBeforeTheFirstToAfterTheLast) {
    int seen = 0;
    kernel_->on_call = [&](const std::string& call) {
        EXPECT_TRUE(marked()) << call;
        ++seen;
    };
    EXPECT_EQ(freeze(), "3");
    EXPECT_TRUE(marked());
    EXPECT_EQ(run_.thaw().count, 3);
    EXPECT_FALSE(marked());
    EXPECT_EQ(seen, 9);
}

TEST_F(Freezing, WithoutAMarkerNothingIsFrozen) {
    temp_.write("/run/state", "no directory");
    EXPECT_NE(freeze().find("cannot write"), std::string::npos);
    EXPECT_TRUE(kernel_->calls().empty());
}

TEST_F(Freezing, ReadOnlyFileSystemsAreLeftOut) {
    mounts(mount_line(1, "8:1", "/") + mount_line(2, "11:0", "/cdrom", "iso9660", "ro"));
    EXPECT_EQ(freeze(), "1");
    EXPECT_EQ(kernel_->calls(), Calls{"freeze /"});
}

TEST_F(Freezing, WhatCannotBeFrozenOrIsFrozenIsLeftOut) {
    kernel_->freeze_errors = {{"/data/deep", EOPNOTSUPP}};
    kernel_->freeze_behind_our_back({8, 2});
    EXPECT_EQ(freeze(), "1");
    EXPECT_EQ(run_.thaw().count, 1);
    EXPECT_EQ(kernel_->frozen(), 1U) << "what somebody else froze stays so";
}

TEST_F(Freezing, AnErrorThawsAllAndNamesTheMountPoint) {
    kernel_->freeze_errors = {{"/", EIO}};
    EXPECT_EQ(freeze(), "cannot freeze /: Input/output error");
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_FALSE(marked());
}

TEST_F(Freezing, ThawingAfterAnErrorMayFailToo) {
    kernel_->freeze_errors = {{"/data", EIO}};
    kernel_->thaw_errors = {{"/data/deep", EROFS}};
    EXPECT_EQ(freeze(),
              "cannot freeze /data: Input/output error; cannot thaw /data/deep: "
              "Read-only file system");
}

TEST_F(Freezing, AMountPointThatCannotBeOpenedIsAnError) {
    kernel_->open_errors = {{"/data", EACCES}};
    EXPECT_EQ(freeze(), "cannot open /data: Permission denied");
    EXPECT_EQ(kernel_->frozen(), 0U);
}

TEST_F(Freezing, AHiddenMountPointIsLeftOutUnlessThereIsAnother) {
    kernel_->open_errors = {{"/data", ESTALE}, {"/", ENOENT}};
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(kernel_->calls(), (Calls{"freeze /data/deep", "freeze /bind"}));
    EXPECT_EQ(hidden_, (std::vector<std::string>{"/data"}));
}

TEST_F(Freezing, OnlyWhatIsAskedFor) {
    EXPECT_EQ(freeze({{"/data", "/bind", "/nowhere", "/data/"}}), "2");
    EXPECT_EQ(kernel_->calls(), (Calls{"freeze /data", "freeze /"}));
}

TEST_F(Freezing, NothingIsLeftIfThereIsNothingToFreeze) {
    EXPECT_EQ(freeze(std::vector<std::string>{}), "0");
    EXPECT_TRUE(kernel_->calls().empty());
    EXPECT_FALSE(marked());
}

TEST_F(Freezing, AThawThatFailsIsToldAndTheRestGoesOn) {
    EXPECT_EQ(freeze(), "3");
    kernel_->thaw_errors = {{"/data", EIO}};
    const Thawed thawed = run_.thaw();
    EXPECT_EQ(thawed.count, 2);
    EXPECT_EQ(thawed.problems, (std::vector<std::string>{"cannot thaw /data: Input/output error"}));
}

TEST_F(Freezing, WhatAnotherAgentHasFrozenIsFound) {
    for (const unsigned minor : {1U, 3U}) kernel_->freeze_behind_our_back({8, minor});
    EXPECT_EQ(run_.thaw().count, 2);
    EXPECT_EQ(kernel_->frozen(), 0U);
}

TEST_F(Freezing, AThawEndsAFreezeThatHangs) {
    std::promise<void> gate;
    std::promise<void> hangs;
    kernel_->gates = {{"/data", gate.get_future().share()}};
    kernel_->on_call = [&](const std::string& call) {
        if (call == "freeze /data") hangs.set_value();
        if (call == "thaw /data/deep" && kernel_->frozen() == 1) gate.set_value();
    };
    std::string result;
    std::thread freezing([&] { result = freeze(); });
    hangs.get_future().wait();
    const Thawed thawed = run_.thaw();
    freezing.join();
    EXPECT_EQ(result, kThawedMeanwhile);
    EXPECT_EQ(thawed.count, 1);
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_FALSE(marked());
}

TEST_F(Freezing, AMarkerIsOfItsBoot) {
    EXPECT_FALSE(marker_.is_there());
    ASSERT_TRUE(marker_.put());
    EXPECT_TRUE(marker_.is_there());
    temp_.write("/proc/sys/kernel/random/boot_id", "next-boot\n");
    EXPECT_FALSE(marker_.is_there());
    temp_.write(kMarker, "");
    EXPECT_TRUE(marker_.is_there()) << "as qemu-ga writes it";
}

TEST_F(Freezing, BelowAnotherRootNothingIsEverOpened) {
    // The real mounts of this machine, and the directory of the first really there.
    std::ifstream real("/proc/self/mountinfo");
    mounts({std::istreambuf_iterator<char>(real), {}});
    const auto opener = mount_opener(root_);
    for (const Mount& mount : parse_mountinfo(temp_.read("/proc/self/mountinfo"))) {
        const MountOpener::Opened opened = opener->open(mount);
        ASSERT_FALSE(opened) << mount.point;
        EXPECT_EQ(opened.error(), EXDEV);
    }
}

}  // namespace
}  // namespace hypnos::agent
