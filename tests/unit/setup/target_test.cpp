// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/target.hpp"

#include <gtest/gtest.h>

#include "tests/unit/setup/setup_facts.hpp"

namespace hypnos::test {
namespace {

class SetupTargetTest : public ::testing::Test {
  protected:
    Choice choose() { return choose_target(options_, facts_, last_); }
    void our_file_is_there() {
        last_ = choose().target->swap;
        facts_.own = Place{.path = kSwapFile,
                           .name = kSwapFile,
                           .file = true,
                           .uuid = last_->uuid,
                           .bytes = last_->bytes,
                           .device = "254:1",
                           .resume = "UUID=root-uuid",
                           .offset = 34816};
    }
    std::string refusal() {
        const Choice choice = choose();
        return choice.refusals.empty() ? "" : choice.refusals[0].code;
    }

    Options options_ = usual_options();
    Facts facts_ = machine();
    std::optional<SwapRecord> last_;
};

TEST_F(SetupTargetTest, WithoutSwapAFileIsMade) {
    const Target target = choose().target.value();
    EXPECT_TRUE(target.must_be_made);
    EXPECT_TRUE(target.swap.made);
    EXPECT_EQ(target.swap.path, kSwapFile);
    EXPECT_EQ(target.swap.resume, "UUID=root-uuid");
    EXPECT_GE(target.swap.bytes, kGiB);
    EXPECT_EQ(target.swap.activation, "hibernate-only");
}

TEST_F(SetupTargetTest, TheLargestSwapThatLastsIsTaken) {
    facts_.places = {partition(kGiB, "/dev/vdb"), partition(2 * kGiB, "/dev/vdc")};
    const Target target = choose().target.value();
    EXPECT_EQ(target.swap.path, "/dev/disk/by-uuid/vdc");
    EXPECT_FALSE(target.swap.made);
    EXPECT_EQ(target.swap.activation, "always");
}

TEST_F(SetupTargetTest, ASwapThatWillNotDoIsPassedOver) {
    facts_.places = {partition(kGiB / 2)};
    EXPECT_TRUE(choose().target->must_be_made);
    facts_.places = {partition(2 * kGiB)};
    facts_.places[0].lasts = false;
    EXPECT_TRUE(choose().target->must_be_made);
    facts_.places[0] = partition(2 * kGiB);
    facts_.places[0].random_key = "swap has its key from /dev/urandom";
    EXPECT_TRUE(choose().target->must_be_made);
    facts_.places[0] = partition(2 * kGiB);
    facts_.places[0].zram = true;
    EXPECT_TRUE(choose().target->must_be_made);
}

TEST_F(SetupTargetTest, TheFileThatIsOursStays) {
    our_file_is_there();
    facts_.places = {partition(4 * kGiB)};
    const Target target = choose().target.value();
    EXPECT_FALSE(target.must_be_made);
    EXPECT_EQ(target.swap.offset, 34816U);
    EXPECT_TRUE(target.swap.made);
}

TEST_F(SetupTargetTest, AFileTooSmallForGrownMemoryIsMadeAnew) {
    our_file_is_there();
    facts_.memory.total = 4 * kGiB;
    EXPECT_TRUE(choose().target->must_be_made);
    EXPECT_EQ(choose().target->swap.uuid, last_->uuid);
}

TEST_F(SetupTargetTest, WhatWasChosenBeforeStaysThoughALargerOneCame) {
    facts_.places = {partition(kGiB, "/dev/vdb")};
    last_ = choose().target->swap;
    facts_.places.push_back(partition(4 * kGiB, "/dev/vdc"));
    EXPECT_EQ(choose().target->swap.path, "/dev/disk/by-uuid/vdb");
}

TEST_F(SetupTargetTest, TheShortfallIsExact) {
    options_.size = "8G";
    facts_.file_system.free = 8 * kGiB;
    facts_.file_system.size = 10 * kGiB;
    EXPECT_EQ(refusal(), "setup.space");
    EXPECT_NE(choose().refusals[0].hint.find("need 1024 MiB (1073741824 bytes) more"),
              std::string::npos)
        << choose().refusals[0].hint;
    facts_.file_system.free = 9 * kGiB;
    EXPECT_EQ(refusal(), "");
}

TEST_F(SetupTargetTest, FileSystemsThatHoldNoSwapFile) {
    facts_.file_system.type = "zfs";
    EXPECT_EQ(refusal(), "setup.file-system");
    facts_.file_system.type = "btrfs";
    EXPECT_EQ(refusal(), "");
    facts_.file_system.devices = 2;
    EXPECT_EQ(refusal(), "setup.file-system");
}

TEST_F(SetupTargetTest, AForeignFileIsNotOverwritten) {
    facts_.own_path_taken = true;
    EXPECT_EQ(refusal(), "setup.swap");
}

TEST_F(SetupTargetTest, NorAForeignSwapFile) {
    facts_.own = Place{.path = kSwapFile,
                       .name = kSwapFile,
                       .file = true,
                       .uuid = "theirs",
                       .bytes = 4 * kGiB,
                       .offset = 1};
    EXPECT_EQ(refusal(), "setup.swap");
}

TEST_F(SetupTargetTest, AFileSystemThatNothingNames) {
    facts_.file_system.uuid = "";
    EXPECT_EQ(refusal(), "setup.file-system");
}

TEST_F(SetupTargetTest, AnEncryptedSwapIsTakenOnlyIfItIsNamed) {
    facts_.places = {partition(2 * kGiB)};
    facts_.places[0].encrypted = true;
    EXPECT_TRUE(choose().target->must_be_made);
    options_.swap = "/dev/vdb";
    EXPECT_FALSE(choose().target->must_be_made);
}

TEST_F(SetupTargetTest, WhatMemoryHoldsNowDoesNotMakeAFileAnew) {
    options_.size = "image";
    our_file_is_there();
    facts_.memory.anonymous += 300 * kMiB;
    EXPECT_FALSE(choose().target->must_be_made);
}

TEST_F(SetupTargetTest, MoreMemoryThanFedorasTableHas) {
    options_.size = "fedora";
    facts_.memory.total = 300 * kGiB;
    EXPECT_EQ(refusal(), "setup.memory");
}

TEST_F(SetupTargetTest, ANamedDevice) {
    options_.swap = "/dev/vdb";
    EXPECT_EQ(refusal(), "setup.swap");
    facts_.places = {partition(kGiB / 2)};
    EXPECT_EQ(refusal(), "setup.swap");
    facts_.places = {partition(2 * kGiB)};
    EXPECT_EQ(choose().target->swap.path, "/dev/disk/by-uuid/vdb");
    facts_.places[0].lasts = false;
    EXPECT_EQ(choose().target->swap.activation, "hibernate-only");
    facts_.places[0].random_key = "vdb has its key from /dev/urandom";
    EXPECT_EQ(refusal(), "setup.random-key");
}

}  // namespace
}  // namespace hypnos::test
