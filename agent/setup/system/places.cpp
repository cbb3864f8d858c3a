// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/places.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>

#include "agent/setup/system/block_devices.hpp"
#include "agent/setup/system/swap_header.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/core/words.hpp"
#include "sleep/system/facts/file_location.hpp"

namespace hypnos::setup {
namespace {

namespace fs = std::filesystem;

bool is_device(const std::string& path) { return path.starts_with("/dev/"); }

Place device_place(const Root& root, const std::string& name) {
    Place place{.path = name, .name = name, .device = device_number(root, name)};
    place.zram = name.find("/zram") != std::string::npos;
    const auto header = read_swap_header(root.path(name));
    if (!header) return place;
    place.uuid = header->uuid;
    place.bytes = header->bytes;
    place.resume = "UUID=" + header->uuid;
    place.holds_image = header->holds_image;
    const std::string lasting = "/dev/disk/by-uuid/" + header->uuid;
    if (root.has(lasting)) place.path = lasting;
    return place;
}

std::optional<Place> place_at(const Root& root, const std::string& path) {
    const std::string name = canonical(root, path);
    if (!is_device(name)) return read_swap_file(root, name);
    Place place = device_place(root, name);
    return place.bytes == 0 ? std::nullopt : std::optional(place);
}

Place* find(std::vector<Place>& places, const std::string& name) {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [&](const Place& place) { return place.name == name; });
    return found == places.end() ? nullptr : &*found;
}

/// The place of this path, read if it is a new one; none if it is no swap.
Place* add(const Root& root, const std::string& path, std::vector<Place>& places) {
    if (Place* known = find(places, canonical(root, path))) return known;
    std::optional<Place> place = place_at(root, path);
    if (!place) return nullptr;
    places.push_back(*std::move(place));
    return &places.back();
}

/// The device of a unit of systemd (systemd.swap(5)).
std::string what_of(const std::string& unit) {
    for (const auto& words : sleep::lines_of(unit))
        if (words[0].starts_with("What=")) return words[0].substr(5);
    return "";
}

/// Swaps that systemd switches on, be it for a partition table or for a unit made by hand.
void add_units(const Root& root, std::vector<Place>& places) {
    for (const std::string directory : {"/run/systemd/generator.late/", "/etc/systemd/system/"})
        for (const std::string& name : root.list(directory)) {
            if (!name.ends_with(".swap")) continue;
            if (Place* place = add(root, what_of(root.text(directory + name)), places))
                place->lasts = true;
        }
}

void add_active(const Root& root, const sleep::SwapFacts& swaps, std::vector<Place>& places) {
    for (const sleep::Swap& swap : swaps.active) {
        Place* place = add(root, swap.name, places);
        if (place == nullptr) continue;
        place->active = is_on(swaps, swap.name);
        place->encrypted = swap.encrypted;
        place->random_key = swap.random_key;
    }
}

bool may_be_skipped(const std::vector<std::string>& fields) {
    return fields.size() > 3 && fields[3].find("noauto") != std::string::npos;
}

void add_fstab(const Root& root, std::vector<Place>& places) {
    for (const auto& fields : sleep::lines_of(root.text("/etc/fstab"))) {
        if (fields.size() < 3 || fields[0].starts_with('#') || fields[2] != "swap") continue;
        if (Place* place = add(root, path_of_spec(fields[0]), places))
            place->lasts = place->lasts || !may_be_skipped(fields);
    }
}

void add_random_keys(const Root& root, std::vector<Place>& places) {
    for (const auto& [name, line] : sleep::parse_random_keys(root.text("/etc/crypttab")))
        if (Place* place = find(places, canonical(root, "/dev/mapper/" + name)))
            place->random_key = line;
}

std::string nearest_directory(const Root& root, const std::string& path) {
    fs::path at = path;
    while (at != "/" && !root.has(at.string())) at = at.parent_path();
    return at.string();
}

/// The number of btrfs's devices: links of /sys/fs/btrfs/UUID/devices.
std::uint64_t devices_of(const Root& root, const std::string& uuid) {
    return std::max<std::uint64_t>(root.list("/sys/fs/btrfs/" + uuid + "/devices").size(), 1);
}

std::string source_of(const Root& root, const std::string& point) {
    std::string source;
    for (const auto& fields : sleep::lines_of(root.text("/proc/self/mounts")))
        if (fields.size() > 2 && fields[1] == point) source = fields[0];
    return source;
}

/// Of btrfs, whose files have a device number of no device, by the device that is mounted.
std::string uuid_of(const Root& root, const sleep::Mount& mount) {
    const bool anonymous = mount.device.starts_with("0:");
    return uuid_on(root,
                   anonymous ? device_number(root, source_of(root, mount.point)) : mount.device);
}

}  // namespace

std::string canonical(const Root& root, const std::string& path) {
    std::error_code error;
    const std::string real = fs::canonical(root.path(path), error).string();
    return error ? path : real.substr(root.path("").size());
}

std::vector<Place> read_places(const Root& root, const Options& options,
                               const sleep::SwapFacts& swaps) {
    std::vector<Place> places;
    add_active(root, swaps, places);
    add_fstab(root, places);
    add_units(root, places);
    Place* named = is_device(options.swap) ? add(root, options.swap, places) : nullptr;
    add_random_keys(root, places);
    if (named != nullptr) named->name = options.swap;
    std::erase_if(places, [&](const Place& place) { return place.path == options.file; });
    return places;
}

bool is_on(const sleep::SwapFacts& swaps, const std::string& name) {
    if (swaps.standing_by && swaps.standing_by->swap.name == name) return false;
    return std::any_of(swaps.active.begin(), swaps.active.end(),
                       [&](const sleep::Swap& swap) { return swap.name == name; });
}

std::optional<Place> read_swap_file(const Root& root, const std::string& path) {
    const auto header = read_swap_header(root.path(path));
    const auto place = sleep::locate(root.path(path));
    if (!header || !place || !place->offset || place->has_holes || place->shared ||
        place->encoded || place->delalloc)
        return std::nullopt;
    const std::string uuid = uuid_on(root, place->device);
    return Place{.path = path,
                 .name = path,
                 .file = true,
                 .uuid = header->uuid,
                 .bytes = header->bytes,
                 .device = place->device,
                 .resume = uuid.empty() ? "" : "UUID=" + uuid,
                 .offset = place->offset,
                 .holds_image = header->holds_image};
}

FileSystem read_file_system(const Root& root, const std::string& path) {
    const std::string directory = nearest_directory(root, path);
    const auto mounts = sleep::parse_mounts(root.text("/proc/self/mountinfo"));
    const sleep::Mount* mount = sleep::mount_of(mounts, directory);
    if (mount == nullptr) return {};
    FileSystem found{.point = mount->point, .type = mount->type, .uuid = uuid_of(root, *mount)};
    struct statvfs room {};
    if (statvfs(root.path(directory).c_str(), &room) == 0) {
        found.free = room.f_bavail * room.f_frsize;
        found.size = room.f_blocks * room.f_frsize;
    }
    struct stat draft {};  // of a run that was killed: it goes first
    if (stat(root.path(path + ".tmp").c_str(), &draft) == 0)
        found.free += static_cast<std::uint64_t>(draft.st_blocks) * 512;
    if (found.type == "btrfs") found.devices = devices_of(root, found.uuid);
    return found;
}

}  // namespace hypnos::setup
