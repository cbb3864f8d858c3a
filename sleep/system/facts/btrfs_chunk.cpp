// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The chunk tree maps ranges of btrfs's addresses to ranges of devices; a chunk's key is the address
// that it begins at (struct btrfs_chunk, linux/btrfs_tree.h). Swap files lie in chunks without a
// profile (fs/btrfs/inode.c, btrfs_swap_activate()), which are in one place.

#include "sleep/system/facts/btrfs_chunk.hpp"

#include <endian.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

namespace hypnos::sleep {
namespace {

/// Room for some hundred chunks.
constexpr std::size_t kRoom = 32768;

struct Search {
    btrfs_ioctl_search_key key;
    std::uint64_t room;
    std::array<char, kRoom> found;
};

struct Chunk {
    std::uint64_t begin = 0;
    btrfs_chunk item{};
    [[nodiscard]] bool contains(std::uint64_t logical) const {
        return logical >= begin && logical - begin < le64toh(item.length);
    }
    [[nodiscard]] bool is_single() const {
        return (le64toh(item.type) & BTRFS_BLOCK_GROUP_PROFILE_MASK) == 0;
    }
};

/// Chunks that begin from `from` to `logical`, in order.
bool search(int file, std::uint64_t from, std::uint64_t logical, Search& search) {
    search.key = {.tree_id = BTRFS_CHUNK_TREE_OBJECTID,
                  .min_objectid = BTRFS_FIRST_CHUNK_TREE_OBJECTID,
                  .max_objectid = BTRFS_FIRST_CHUNK_TREE_OBJECTID,
                  .min_offset = from,
                  .max_offset = logical,
                  .max_transid = UINT64_MAX,
                  .min_type = BTRFS_CHUNK_ITEM_KEY,
                  .max_type = BTRFS_CHUNK_ITEM_KEY,
                  .nr_items = UINT32_MAX};
    search.room = kRoom;
    return ioctl(file, BTRFS_IOC_TREE_SEARCH_V2, &search) == 0;
}

/// The last of those found.
Chunk last_of(const Search& search) {
    Chunk chunk;
    const char* at = search.found.data();
    for (std::uint32_t i = 0; i < search.key.nr_items; ++i) {
        btrfs_ioctl_search_header header{};
        std::memcpy(&header, at, sizeof(header));
        at += sizeof(header);
        chunk.begin = header.offset;
        if (header.len >= sizeof(chunk.item)) std::memcpy(&chunk.item, at, sizeof(chunk.item));
        at += header.len;
    }
    return chunk;
}

/// The chunk that begins last, but not behind `logical`.
std::optional<Chunk> chunk_before(int file, std::uint64_t logical) {
    Search found;
    Chunk chunk;
    for (std::uint64_t from = 0; from <= logical; from = chunk.begin + 1) {
        if (!search(file, from, logical, found)) return std::nullopt;
        if (found.key.nr_items == 0) break;
        chunk = last_of(found);
    }
    return chunk;
}

std::optional<dev_t> number_of(int file, std::uint64_t id) {
    btrfs_ioctl_dev_info_args device{};
    device.devid = id;
    struct stat status {};
    if (ioctl(file, BTRFS_IOC_DEV_INFO, &device) != 0 ||
        stat(reinterpret_cast<const char*>(device.path), &status) != 0 || !S_ISBLK(status.st_mode))
        return std::nullopt;
    return status.st_rdev;
}

}  // namespace

std::optional<DeviceAddress> btrfs_address(int file, std::uint64_t logical) {
    const std::optional<Chunk> chunk = chunk_before(file, logical);
    if (!chunk || !chunk->contains(logical) || !chunk->is_single()) return std::nullopt;
    const btrfs_stripe& stripe = chunk->item.stripe;
    const std::optional<dev_t> device = number_of(file, le64toh(stripe.devid));
    if (!device) return std::nullopt;
    return DeviceAddress{*device, le64toh(stripe.offset) + (logical - chunk->begin)};
}

}  // namespace hypnos::sleep
