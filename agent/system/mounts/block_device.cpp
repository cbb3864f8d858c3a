// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/block_device.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "glib/unique_fd.hpp"
#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

/// The path without links, below `root`; empty if there is nothing.
std::string resolve(const Root& root, const std::string& path) {
    std::error_code error;
    const std::string top = std::filesystem::canonical(root.path("/"), error).string();
    const std::string real = std::filesystem::canonical(root.path(path), error).string();
    if (error) return "";
    return top == "/" ? real : real.substr(std::min(top.size(), real.size()));
}

/// The value of a property in udev's database: a line "E:NAME=VALUE".
std::string udev_property(const std::string& database, const std::string& name) {
    const std::string wanted = "E:" + name + "=";
    std::istringstream in(database);
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, wanted.size(), wanted) == 0) return line.substr(wanted.size());
    return "";
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// With several controllers to one NVMe disk, the disk lies below a subsystem, which has links to
/// them: nvme0, but not nvme0n1.
bool is_nvme_controller(const std::string& name) {
    return name.compare(0, 4, "nvme") == 0 &&
           sleep::whole_number<int>(std::string_view(name).substr(4)).has_value();
}

}  // namespace

std::optional<BlockDevice> BlockDevice::at(const Root& root, const std::string& link) {
    const std::string path = resolve(root, link);
    return path.empty() ? std::nullopt : std::optional(BlockDevice(root, path));
}

std::optional<BlockDevice> BlockDevice::find(const Root& root, DeviceNumber number) {
    return at(root, "/sys/dev/block/" + to_string(number));
}

std::optional<BlockDevice> BlockDevice::find(const Root& root, const std::string& name) {
    return at(root, "/sys/block/" + name);
}

std::string BlockDevice::node() const {
    std::string node = "/dev/" + name();
    std::replace(node.begin(), node.end(), '!', '/');
    return node;
}

BlockDevice BlockDevice::whole() const {
    return is_partition() ? BlockDevice(root_, path_.substr(0, path_.rfind('/'))) : *this;
}

std::vector<BlockDevice> BlockDevice::partitions() const {
    std::vector<BlockDevice> found;
    for (const std::string& entry : root_.list(path_))
        if (root_.has(path_ + "/" + entry + "/partition"))
            found.push_back(BlockDevice(root_, path_ + "/" + entry));
    return found;
}

std::vector<BlockDevice> BlockDevice::slaves() const {
    std::vector<BlockDevice> found;
    for (const std::string& entry : root_.list(path_ + "/slaves"))
        if (auto slave = at(root_, path_ + "/slaves/" + entry)) found.push_back(*slave);
    return found;
}

std::vector<DiskAddress> BlockDevice::disks() const {
    std::vector<DiskAddress> found;
    for (const BlockDevice& slave : whole().slaves())
        for (const DiskAddress& disk : slave.disks()) found.push_back(disk);
    if (!found.empty()) return found;
    if (const std::optional<DiskAddress> own = address()) found.push_back(*own);
    return found;
}

std::string BlockDevice::physical_path() const {
    const std::string path = whole().path_;
    if (path.find("/virtual/nvme-subsystem/") == std::string::npos) return path;
    const std::string subsystem = path.substr(0, path.rfind('/'));
    for (const std::string& entry : root_.list(subsystem))
        if (is_nvme_controller(entry))
            return resolve(root_, subsystem + "/" + entry) + "/" + name();
    return path;
}

std::optional<DiskAddress> BlockDevice::address() const {
    const std::string path = physical_path();
    if (path.find("/devices/virtual/block/") != std::string::npos) return std::nullopt;
    const std::string controller = controller_of(path);
    const std::string driver = resolve(root_, controller + "/driver");
    DiskAddress address =
        parse_disk_place({path, driver.substr(driver.rfind('/') + 1), root_.list(controller)});
    address.serial = serial();
    address.dev = node();
    return address;
}

/// udev's, which qemu-ga tells; without udev the disk's own.
std::string BlockDevice::serial() const {
    const std::string database = root_.text("/run/udev/data/b" + attribute("dev"));
    if (std::string id = udev_property(database, "ID_SERIAL"); !id.empty()) return id;
    const BlockDevice disk = whole();
    for (const char* file : {"serial", "device/serial"})
        if (std::string own = trimmed(disk.attribute(file)); !own.empty()) return own;
    return "";
}

std::string BlockDevice::backing_file() const { return whole().attribute("loop/backing_file"); }

std::optional<DeviceNumber> BlockDevice::backing_superblock() const {
    if (!root_.is_system() || backing_file().empty()) return std::nullopt;
    const UniqueFd device(
        open(root_.path(whole().node()).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    loop_info64 info{};
    if (!device || ioctl(device.get(), LOOP_GET_STATUS64, &info) != 0) return std::nullopt;
    return DeviceNumber{major(info.lo_device), minor(info.lo_device)};
}

}  // namespace hypnos::agent
