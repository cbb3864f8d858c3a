// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where swaps lie. Offsets of files are those of FIEMAP (Documentation/filesystems/fiemap.rst),
// which is bytes from the start of the device; btrfs answers with addresses of its own, and is
// known by the device number 0:N that its mounts have.

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "glib/unique_fd.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

/// A bound on devices below one, for a stack that somebody has made absurd.
constexpr std::size_t kLargestStack = 64;

std::string block_device(const std::string& name) { return "/sys/class/block/" + name; }

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The name of a block device by its number.
std::string name_of_device(const Root& root, const std::string& number) {
    return base_name(link_of(root, "/sys/dev/block/" + number));
}

bool is_anonymous(const std::string& device) { return device.starts_with("0:"); }

/// Where the start of a file lies on its device, in bytes.
std::optional<fiemap_extent> first_extent(const std::string& path) {
    constexpr std::uint32_t kUseless =
        FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_NOT_ALIGNED;
    alignas(fiemap) std::array<char, sizeof(fiemap) + sizeof(fiemap_extent)> room{};
    auto* const map = reinterpret_cast<fiemap*>(room.data());
    map->fm_length = FIEMAP_MAX_OFFSET;
    map->fm_extent_count = 1;
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file || ioctl(file.get(), FS_IOC_FIEMAP, map) != 0 || map->fm_mapped_extents == 0)
        return std::nullopt;
    const fiemap_extent& extent = map->fm_extents[0];
    if (extent.fe_logical != 0 || (extent.fe_flags & kUseless) != 0) return std::nullopt;
    return extent;
}

/// The kernel puts the header on the first page that lies in the file as a whole
/// (iomap_swapfile_add_extent() in fs/iomap/swapfile.c).
std::optional<std::uint64_t> first_page(const std::string& path) {
    const auto size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const std::optional<fiemap_extent> extent = first_extent(path);
    if (!extent) return std::nullopt;
    const std::uint64_t page = (extent->fe_physical + size - 1) / size;
    if ((page + 1) * size > extent->fe_physical + extent->fe_length) return std::nullopt;
    return page;
}

void locate_file(const Root& root, const std::vector<Mount>& mounts, Swap& swap) {
    const Mount* mount = mount_of(mounts, swap.name);
    if (mount == nullptr || is_anonymous(mount->device)) return;
    swap.device = mount->device;
    swap.offset = first_page(root.path(swap.name));
}

void locate_device(const Root& root, Swap& swap) {
    swap.device = root.text(block_device(base_name(swap.name)) + "/dev");
    swap.offset = 0;
}

bool is_crypt(const Root& root, const std::string& name) {
    return root.text(block_device(name) + "/dm/uuid").starts_with("CRYPT-");
}

/// The device itself and what it is stacked on.
std::vector<std::string> stack_of(const Root& root, const std::string& name) {
    std::vector<std::string> stack = {name};
    for (std::size_t i = 0; i < stack.size() && stack.size() < kLargestStack; ++i)
        for (std::string& below : root.list(block_device(stack[i]) + "/slaves"))
            stack.push_back(std::move(below));
    return stack;
}

void look_for_keys(const Root& root, const std::map<std::string, std::string>& random_keys,
                   Swap& swap) {
    const std::string top = swap.file ? name_of_device(root, swap.device) : base_name(swap.name);
    for (const std::string& name : stack_of(root, top)) {
        if (!is_crypt(root, name)) continue;
        swap.encrypted = true;
        const auto key = random_keys.find(root.text(block_device(name) + "/dm/name"));
        if (key != random_keys.end()) swap.random_key = key->second;
    }
}

/// Fewer blocks than its size needs.
bool has_holes(const std::string& path) {
    constexpr off_t kBlock = 512;
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_blocks * kBlock < status.st_size;
}

bool is_active(const std::vector<Swap>& swaps, const std::string& name) {
    return std::any_of(swaps.begin(), swaps.end(),
                       [&](const Swap& swap) { return swap.name == name; });
}

std::vector<std::string> encrypted_disks(const Root& root) {
    std::vector<std::string> names;
    for (const std::string& name : root.list("/sys/class/block"))
        if (name.starts_with("dm-") && is_crypt(root, name))
            names.push_back(root.text(block_device(name) + "/dm/name"));
    return names;
}

}  // namespace

SwapFacts read_swap(const Root& root, const std::vector<Mount>& mounts) {
    SwapFacts facts;
    facts.active = parse_swaps(root.text("/proc/swaps"));
    const auto random_keys = parse_random_keys(root.text("/etc/crypttab"));
    for (Swap& swap : facts.active) {
        swap.file ? locate_file(root, mounts, swap) : locate_device(root, swap);
        look_for_keys(root, random_keys, swap);
    }
    for (const std::string& file : parse_fstab_swap_files(root.text("/etc/fstab")))
        if (!is_active(facts.active, file) && has_holes(root.path(file)))
            facts.with_holes.push_back(file);
    facts.encrypted_disks = encrypted_disks(root);
    return facts;
}

}  // namespace hypnos::sleep::facts
