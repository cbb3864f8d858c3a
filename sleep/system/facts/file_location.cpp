// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// By FIEMAP (Documentation/filesystems/fiemap.rst), which answers in bytes from the start of the
// device; btrfs answers with addresses of its own.

#include "sleep/system/facts/file_location.hpp"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include "glib/unique_fd.hpp"
#include "sleep/system/facts/btrfs_chunk.hpp"

namespace hypnos::sleep {
namespace {

/// Extents asked for at once: a large file has thousands.
constexpr std::uint32_t kBatch = 128;

class Batch {
  public:
    /// The extents from there on, as many as fit; none after the last. False: it does not tell.
    bool read(int file, std::uint64_t from) {
        room_ = {};
        head().fm_start = from;
        head().fm_length = FIEMAP_MAX_OFFSET - from;
        head().fm_extent_count = kBatch;
        return ioctl(file, FS_IOC_FIEMAP, &head()) == 0;
    }
    [[nodiscard]] std::span<const fiemap_extent> extents() {
        return {head().fm_extents, std::min(head().fm_mapped_extents, kBatch)};
    }

  private:
    [[nodiscard]] fiemap& head() { return *reinterpret_cast<fiemap*>(room_.data()); }

    alignas(fiemap) std::array<char, sizeof(fiemap) + kBatch * sizeof(fiemap_extent)> room_{};
};

/// False if the file system does not tell.
bool for_each_extent(int file, const std::function<void(const fiemap_extent&)>& take) {
    Batch batch;
    for (std::uint64_t from = 0; batch.read(file, from);) {
        if (batch.extents().empty()) return true;
        for (const fiemap_extent& extent : batch.extents()) take(extent);
        const fiemap_extent& last = batch.extents().back();
        if ((last.fe_flags & FIEMAP_EXTENT_LAST) != 0) return true;
        from = last.fe_logical + last.fe_length;
    }
    return false;
}

/// The kernel puts the header on the first page that lies in the file as a whole
/// (iomap_swapfile_add_extent() in fs/iomap/swapfile.c, btrfs_add_swap_extent()).
std::optional<std::uint64_t> first_page(std::uint64_t physical, std::uint64_t length) {
    const auto size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const std::uint64_t page = (physical + size - 1) / size;
    return (page + 1) * size > physical + length ? std::nullopt : std::optional(page);
}

void note_flags(const fiemap_extent& extent, FilePlace& place) {
    const auto has = [&](std::uint32_t flags) { return (extent.fe_flags & flags) != 0; };
    place.shared |= has(FIEMAP_EXTENT_SHARED);
    place.encoded |= has(FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_NOT_ALIGNED);
    place.delalloc |= has(FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_UNKNOWN);
}

std::string number_of(dev_t device) {
    if (major(device) == 0) return "";  // of no block device
    return std::to_string(major(device)) + ":" + std::to_string(minor(device));
}

bool is_btrfs(int file) {
    struct statfs status {};
    return fstatfs(file, &status) == 0 && status.f_type == BTRFS_SUPER_MAGIC;
}

void place_first(int file, const struct stat& status, const fiemap_extent& first,
                 FilePlace& place) {
    std::uint64_t physical = first.fe_physical;
    if (is_btrfs(file)) {
        const std::optional<DeviceAddress> address = btrfs_address(file, physical);
        if (!address) return;
        place.device = number_of(address->device);
        physical = address->byte;
    } else {
        place.device = number_of(status.st_dev);
    }
    if (first.fe_logical == 0 && !place.encoded && !place.delalloc)
        place.offset = first_page(physical, first.fe_length);
}

}  // namespace

std::optional<FilePlace> locate(const std::string& real_path) {
    const UniqueFd file(open(real_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    FilePlace place;
    std::uint64_t end = 0;
    const bool told = for_each_extent(file.get(), [&](const fiemap_extent& extent) {
        note_flags(extent, place);
        place.has_holes |= extent.fe_logical > end;
        if (end == 0) place_first(file.get(), status, extent, place);
        end = extent.fe_logical + extent.fe_length;
    });
    if (!told) return std::nullopt;
    place.has_holes |= end < static_cast<std::uint64_t>(status.st_size);
    return place;
}

}  // namespace hypnos::sleep
