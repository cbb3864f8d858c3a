// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where swaps lie.

#include <sys/stat.h>

#include <algorithm>

#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/file_location.hpp"
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

void locate_file(const Root& root, const std::vector<Mount>& mounts, Swap& swap) {
    const Mount* mount = mount_of(mounts, swap.name);
    if (mount == nullptr) return;
    const FilePlace place = locate(root.path(swap.name)).value_or(FilePlace{});
    if (!is_anonymous(mount->device)) swap.device = mount->device;
    if (mount->type == "btrfs") swap.device = place.device;
    if (!swap.device.empty()) swap.offset = place.offset;
}

void locate_device(const Root& root, Swap& swap) {
    swap.device = root.text(block_device(base_name(real_path(root, swap.name))) + "/dev");
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
    const std::string top =
        swap.file ? name_of_device(root, swap.device) : base_name(real_path(root, swap.name));
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

void read_swap(const Root& root, const std::vector<Mount>& mounts, SwapFacts& facts) {
    look_at_standing_by(root, facts);
    const auto random_keys = parse_random_keys(root.text("/etc/crypttab"));
    for (Swap& swap : facts.active) {
        swap.file ? locate_file(root, mounts, swap) : locate_device(root, swap);
        look_for_keys(root, random_keys, swap);
    }
    for (const std::string& file : parse_fstab_swap_files(root.text("/etc/fstab")))
        if (!is_active(facts.active, file) && has_holes(root.path(file)))
            facts.with_holes.push_back(file);
    facts.encrypted_disks = encrypted_disks(root);
}

}  // namespace hypnos::sleep::facts
