// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/fsinfo.hpp"

#include "agent/system/mounts/block_device.hpp"

namespace hypnos::agent {
namespace {

Json disks_json(const std::optional<BlockDevice>& device) {
    Json disks = Json::array();
    if (device)
        for (const DiskAddress& disk : device->disks()) disks.append(to_json(disk));
    return disks;
}

Json mount_json(const Root& root, const Mount& mount, const std::optional<BlockDevice>& device) {
    const std::string source = mount.source.substr(mount.source.rfind('/') + 1);
    Json info = Json::object({{"name", device ? device->name() : source},
                              {"mountpoint", mount.point},
                              {"type", mount.type},
                              {"disk", disks_json(device)}});
    struct statvfs usage {};
    if (statvfs(root.path(mount.point).c_str(), &usage) == 0) add_usage(info, usage);
    return info;
}

}  // namespace

void add_usage(Json& info, const struct statvfs& usage) {
    const auto used = usage.f_blocks - usage.f_bfree;
    info.set("used-bytes", used * usage.f_frsize);
    info.set("total-bytes", (used + usage.f_bavail) * usage.f_frsize);
    info.set("total-bytes-privileged", usage.f_blocks * usage.f_frsize);
}

Json read_fsinfo(const Root& root) {
    Json infos = Json::array();
    for (const FileSystem& file_system : read_file_systems(root)) {
        const auto device = BlockDevice::find(root, file_system.device);
        for (const Mount& mount : file_system.mounts) infos.append(mount_json(root, mount, device));
    }
    return infos;
}

}  // namespace hypnos::agent
