// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What guest-fstrim does.

#pragma once

#include "agent/system/mounts/open_mount.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::agent {

/// Tells disks which blocks are free, in extents of at least `minimum` bytes: each writable file system
/// once. The reply has a path for each, with the bytes trimmed or an error.
[[nodiscard]] Json trim_all(const std::vector<FileSystem>& file_systems, const MountOpener& opener,
                            std::uint64_t minimum);

}  // namespace hypnos::agent
