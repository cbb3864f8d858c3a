// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Block devices, as sysfs and udev's database tell them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/system/mounts/disk_address.hpp"
#include "agent/system/mounts/mountinfo.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

class BlockDevice {
  public:
    /// Nothing if sysfs does not know it.
    [[nodiscard]] static std::optional<BlockDevice> find(const Root& root, DeviceNumber number);
    /// By its name in /sys/block.
    [[nodiscard]] static std::optional<BlockDevice> find(const Root& root, const std::string& name);

    [[nodiscard]] std::string name() const { return path_.substr(path_.rfind('/') + 1); }
    /// The path of its node; in names, sysfs writes ! for /.
    [[nodiscard]] std::string node() const;
    [[nodiscard]] bool is_partition() const { return root_.has(path_ + "/partition"); }
    /// Of a partition: the whole disk.
    [[nodiscard]] BlockDevice whole() const;
    [[nodiscard]] std::vector<BlockDevice> partitions() const;
    /// What a device-mapper or RAID device is made of.
    [[nodiscard]] std::vector<BlockDevice> slaves() const;
    /// The disks at the bottom: of a partition, its disk; of a device-mapper device, its slaves' disks.
    /// dev is the lowest device on the way, which may be a partition.
    [[nodiscard]] std::vector<DiskAddress> disks() const;
    /// Where it is attached; nothing for what is no disk itself, such as a loop device.
    [[nodiscard]] std::optional<DiskAddress> address() const;
    /// The file that a loop device is made of; empty for others.
    [[nodiscard]] std::string backing_file() const;
    /// The superblock of that file as the loop driver knows it, which is right where its path is not:
    /// below a mount that was moved or hidden. Not that of btrfs. Needs the machine itself.
    [[nodiscard]] std::optional<DeviceNumber> backing_superblock() const;
    /// A file in its directory; empty if it is not there.
    [[nodiscard]] std::string attribute(const std::string& file) const {
        return root_.text(path_ + "/" + file);
    }

  private:
    BlockDevice(const Root& root, std::string path) : root_(root), path_(std::move(path)) {}
    [[nodiscard]] static std::optional<BlockDevice> at(const Root& root, const std::string& link);
    [[nodiscard]] std::string physical_path() const;
    [[nodiscard]] std::string serial() const;

    Root root_;
    std::string path_;  ///< below /sys/devices
};

}  // namespace hypnos::agent
