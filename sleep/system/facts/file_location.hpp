// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where a file lies on its block device, as the kernel's swap code would find it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hypnos::sleep {

struct FilePlace {
    std::string device;  ///< "254:1"; empty: on no device of its own, or on several
    /// Of the first page that lies in the file as a whole, from the start of the device, in pages.
    std::optional<std::uint64_t> offset;
    bool has_holes = false;
    bool shared = false;    ///< with another file or a snapshot
    bool encoded = false;   ///< compressed or encrypted by the file system, or within its metadata
    bool delalloc = false;  ///< some of it has no place yet: not synced
};

/// Nothing if it is no file, or if its file system does not tell. Of btrfs: needs CAP_SYS_ADMIN.
[[nodiscard]] std::optional<FilePlace> locate(const std::string& real_path);

}  // namespace hypnos::sleep
