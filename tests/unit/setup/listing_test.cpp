// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/listing.hpp"

#include <gtest/gtest.h>

namespace hypnos::setup {
namespace {

using Lacks = std::vector<std::string>;

constexpr const char* kInitramfsTools =
    "scripts/local-premount/resume\n"
    "usr/bin/resume\n"
    "usr/lib/modules/6.1/kernel/drivers/block/virtio_blk.ko\n"
    "usr/lib/modules/6.1/kernel/drivers/md/dm-mod.ko.xz\n";
constexpr const char* kLoadable =
    "kernel/drivers/block/virtio_blk.ko:\nkernel/drivers/nvme/host/nvme.ko: x\nkernel/blk.ko:\n";

TEST(ListingTest, AWholeOneLacksNothing) {
    EXPECT_EQ(lacks(Generator::InitramfsTools, kInitramfsTools,
                    {"virtio_blk", "virtio_pci", "dm_mod"}, kLoadable),
              Lacks{});
}

TEST(ListingTest, ModulesThatLeadToTheSwap) {
    EXPECT_EQ(lacks(Generator::InitramfsTools, kInitramfsTools, {"nvme", "virtio_blk"}, kLoadable),
              Lacks{"the module nvme"});
    EXPECT_EQ(lacks(Generator::InitramfsTools, kInitramfsTools, {"blk"}, kLoadable),
              Lacks{"the module blk"});
}

TEST(ListingTest, TheResumeScript) {
    EXPECT_EQ(lacks(Generator::InitramfsTools, "usr/bin/sh\n", {}, ""),
              (Lacks{"scripts/local-premount/resume", "bin/resume"}));
    EXPECT_EQ(lacks(Generator::Dracut, "usr/bin/sh\n", {}, ""), Lacks{"dracut's module resume"});
    EXPECT_EQ(lacks(Generator::Dracut, "var/lib/dracut/hooks/cmdline/10-parse-resume.sh\n", {}, ""),
              Lacks{});
}

}  // namespace
}  // namespace hypnos::setup
