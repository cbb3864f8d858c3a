// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is mounted, as /proc/self/mountinfo tells it (proc_pid_mountinfo(5)). Pure.
//
// A superblock is one file system in the kernel, however many times it is mounted: bind mounts, and
// subvolumes of btrfs, share one. Its number is that of the block device it lies on, or, for btrfs as
// for file systems without a device, one of its own with major 0.

#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos::agent {

struct DeviceNumber {
    unsigned major = 0;
    unsigned minor = 0;
    auto operator<=>(const DeviceNumber&) const = default;
};

/// "8:1"
[[nodiscard]] std::optional<DeviceNumber> parse_device_number(std::string_view text);
[[nodiscard]] std::string to_string(DeviceNumber number);

struct Mount {
    std::uint64_t id = 0;
    DeviceNumber superblock;
    std::string point;
    std::string type;    ///< such as ext4
    std::string source;  ///< mostly the device's path
    /// Of the superblock: a read-only bind mount of a writable one is not meant.
    bool read_only = false;
};

/// In the order in which they were mounted. Lines of another form are left out.
[[nodiscard]] std::vector<Mount> parse_mountinfo(std::string_view text);

/// A superblock on a block device, and where it is mounted.
struct FileSystem {
    DeviceNumber superblock;
    DeviceNumber device;  ///< differs from the superblock's for btrfs
    std::vector<Mount> mounts;

    [[nodiscard]] bool read_only() const { return mounts.front().read_only; }
};

/// The number of the block device at a path, or nothing.
using FindDevice = std::function<std::optional<DeviceNumber>(const std::string& path)>;

/// In the order in which they were first mounted. What lies on no block device (tmpfs, overlay, NFS)
/// is not among them.
[[nodiscard]] std::vector<FileSystem> group_by_superblock(const std::vector<Mount>& mounts,
                                                          const FindDevice& find_device);

/// The mount that a path lies in, by its name: the longest mount point it begins with; of several
/// there the last, which hides the others.
[[nodiscard]] const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

/// Which other superblocks the device of a file system lies on: a loop device's file does.
using LiesOn = std::function<std::vector<DeviceNumber>(const FileSystem&)>;

/// The last mounted first, but none before what lies on it: writing back the one would wait for the
/// other for ever.
[[nodiscard]] std::vector<FileSystem> freeze_order(const std::vector<FileSystem>& file_systems,
                                                   const LiesOn& lies_on);

}  // namespace hypnos::agent
