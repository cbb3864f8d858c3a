// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/mountinfo.hpp"

#include <gtest/gtest.h>

#include "tests/unit/agent/fake_kernel.hpp"

namespace hypnos::agent {
namespace {

using Points = std::vector<std::string>;

/// First mount points.
Points points(const std::vector<FileSystem>& file_systems) {
    Points result;
    for (const FileSystem& one : file_systems) result.push_back(one.mounts.front().point);
    return result;
}

std::vector<FileSystem> grouped(const std::string& text) {
    return group_by_superblock(parse_mountinfo(text),
                               [](const std::string&) { return std::nullopt; });
}

TEST(Mountinfo, TheManualsExample) {
    const auto mounts = parse_mountinfo(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n");
    ASSERT_EQ(mounts.size(), 1U);
    EXPECT_EQ(mounts[0].id, 36U);
    EXPECT_EQ(mounts[0].superblock, (DeviceNumber{98, 0}));
    EXPECT_EQ(mounts[0].point, "/mnt2");
    EXPECT_EQ(mounts[0].type, "ext3");
    EXPECT_EQ(mounts[0].source, "/dev/root");
    EXPECT_FALSE(mounts[0].read_only);
}

TEST(Mountinfo, ThereMayBeNoTagAndMany) {
    const auto mounts = parse_mountinfo(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 8:2 / /a rw shared:7 master:3 propagate_from:2 unbindable - xfs /dev/b "
        "rw,attr2\n");
    ASSERT_EQ(mounts.size(), 2U);
    EXPECT_EQ(mounts[0].source, "/dev/sda1");
    EXPECT_EQ(mounts[1].type, "xfs");
}

TEST(Mountinfo, NamesHaveOctalEscapes) {
    const auto mounts = parse_mountinfo(
        "1 0 8:1 / /a\\040b\\011c\\012x\\134040e\\08\\ rw - ext4 /dev/disk\\040x rw\n");
    ASSERT_EQ(mounts.size(), 1U);
    EXPECT_EQ(mounts[0].point, "/a b\tc\nx\\040e\\08\\");
    EXPECT_EQ(mounts[0].source, "/dev/disk x");
}

TEST(Mountinfo, WhatIsNoMountIsLeftOut) {
    for (const char* text :
         {"", "\n", "rubbish", "1 0 8:1 / / rw", "1 0 8:1 / / rw - ext4 /dev/a",
          "1 0 8 / / rw - ext4 /dev/a rw", "x 0 8:1 / / rw - ext4 /dev/a rw",
          "1 0 8:x / / rw - ext4 /dev/a rw", "1 0 8:1 / / rw shared:1 ext4 /dev/a rw"})
        EXPECT_TRUE(parse_mountinfo(text).empty()) << text;
}

TEST(Mountinfo, ReadOnlyIsWhatTheSuperblockIs) {
    const auto mounts = parse_mountinfo(
        "1 0 8:1 / /a ro - ext4 /dev/a rw,errors=remount-ro\n"
        "2 0 8:2 / /b rw - ext4 /dev/b ro,seclabel\n");
    ASSERT_EQ(mounts.size(), 2U);
    EXPECT_FALSE(mounts[0].read_only) << "a read-only bind mount of a writable file system";
    EXPECT_TRUE(mounts[1].read_only);
}

TEST(Mountinfo, BindMountsAreOneFileSystem) {
    const auto found = grouped(mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data") +
                               mount_line(3, "8:1", "/bind") + mount_line(4, "8:2", "/bind/too"));
    ASSERT_EQ(points(found), (Points{"/", "/data"}));
    EXPECT_EQ(found[0].mounts.size(), 2U);
    EXPECT_EQ(found[1].mounts[1].point, "/bind/too");
}

TEST(Mountinfo, WhatLiesOnNoDeviceIsLeftOut) {
    const auto found =
        grouped(mount_line(1, "0:20", "/", "overlay") + mount_line(2, "0:21", "/run", "tmpfs") +
                mount_line(3, "0:45", "/net", "nfs4"));
    EXPECT_TRUE(found.empty());
}

TEST(Mountinfo, BtrfsIsFoundByItsSource) {
    const std::string text =
        "5 1 0:35 /@ / rw - btrfs /dev/vda2 rw,subvol=/@\n"
        "6 1 0:35 /@home /home rw - btrfs /dev/vda2 rw,subvol=/@home\n";
    const auto found = group_by_superblock(parse_mountinfo(text), [](const std::string& path) {
        EXPECT_EQ(path, "/dev/vda2");
        return std::optional(DeviceNumber{253, 2});
    });
    ASSERT_EQ(points(found), Points{"/"});
    EXPECT_EQ(found[0].superblock, (DeviceNumber{0, 35}));
    EXPECT_EQ(found[0].device, (DeviceNumber{253, 2}));
    EXPECT_EQ(found[0].mounts.size(), 2U);
}

TEST(Mountinfo, APathLiesInTheLongestMountPoint) {
    const auto mounts =
        parse_mountinfo(mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data") +
                        mount_line(3, "8:3", "/data/deep") + mount_line(4, "8:4", "/data"));
    const auto id = [&](const char* path) { return mount_of(mounts, path)->id; };
    EXPECT_EQ(id("/etc/x"), 1U);
    EXPECT_EQ(id("/database"), 1U);
    EXPECT_EQ(id("/data"), 4U) << "what was mounted last hides the others";
    EXPECT_EQ(id("/data/image"), 4U);
    EXPECT_EQ(id("/data/deep/image"), 3U);
    EXPECT_EQ(mount_of({}, "/x"), nullptr);
}

std::vector<DeviceNumber> on_nothing(const FileSystem&) { return {}; }

TEST(FreezeOrder, IsTheReverseOfMounting) {
    const auto found = grouped(mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data") +
                               mount_line(3, "8:3", "/data/deep"));
    EXPECT_EQ(points(freeze_order(found, on_nothing)), (Points{"/data/deep", "/data", "/"}));
}

TEST(FreezeOrder, WhatLiesOnAFileSystemComesBeforeItWhenEverMounted) {
    // /loop lies on 8:2, which was mounted again after it; /upper on /loop.
    const auto found = grouped(mount_line(1, "8:1", "/") + mount_line(2, "7:1", "/upper") +
                               mount_line(3, "7:0", "/loop") + mount_line(4, "8:2", "/data"));
    const auto lies_on = [](const FileSystem& one) -> std::vector<DeviceNumber> {
        if (one.device == DeviceNumber{7, 0}) return {{8, 2}};
        if (one.device == DeviceNumber{7, 1}) return {{7, 0}};
        return {};
    };
    EXPECT_EQ(points(freeze_order(found, lies_on)), (Points{"/upper", "/loop", "/data", "/"}));
}

TEST(FreezeOrder, ACircleEnds) {
    const auto found = grouped(mount_line(1, "7:0", "/a") + mount_line(2, "7:1", "/b"));
    const auto lies_on = [](const FileSystem& one) -> std::vector<DeviceNumber> {
        return {{7, one.device.minor == 0 ? 1U : 0U}};
    };
    EXPECT_EQ(freeze_order(found, lies_on).size(), 2U);
}

}  // namespace
}  // namespace hypnos::agent
