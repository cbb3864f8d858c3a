// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/file_systems.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "agent/system/mounts/block_device.hpp"

namespace hypnos::agent {
namespace {

std::vector<Mount> read_mounts(const Root& root) {
    return parse_mountinfo(root.text("/proc/self/mountinfo"));
}

FindDevice device_finder(const Root& root) {
    return [root](const std::string& path) -> std::optional<DeviceNumber> {
        struct stat status {};
        const bool found =
            !path.empty() && path.front() == '/' && stat(root.path(path).c_str(), &status) == 0;
        if (!found || !S_ISBLK(status.st_mode)) return std::nullopt;
        return DeviceNumber{major(status.st_rdev), minor(status.st_rdev)};
    };
}

/// Through device-mapper down to files of loop devices.
void add_what_lies_below(const BlockDevice& device, const std::vector<Mount>& mounts,
                         std::vector<DeviceNumber>& found) {
    for (const BlockDevice& slave : device.whole().slaves())
        add_what_lies_below(slave, mounts, found);
    const std::string file = device.backing_file();
    if (const Mount* mount = file.empty() ? nullptr : mount_of(mounts, file))
        found.push_back(mount->superblock);
    if (const auto superblock = device.backing_superblock()) found.push_back(*superblock);
}

}  // namespace

std::vector<FileSystem> read_file_systems(const Root& root) {
    return group_by_superblock(read_mounts(root), device_finder(root));
}

std::vector<FileSystem> read_in_freeze_order(const Root& root) {
    const std::vector<Mount> mounts = read_mounts(root);
    return freeze_order(group_by_superblock(mounts, device_finder(root)),
                        [&](const FileSystem& one) {
                            std::vector<DeviceNumber> below;
                            if (const auto device = BlockDevice::find(root, one.device))
                                add_what_lies_below(*device, mounts, below);
                            return below;
                        });
}

}  // namespace hypnos::agent
