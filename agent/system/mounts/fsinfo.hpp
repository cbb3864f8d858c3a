// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What guest-get-fsinfo tells.

#pragma once

#include <sys/statvfs.h>

#include "agent/system/mounts/file_systems.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::agent {

/// Adds the three sizes, in bytes. total-bytes is what a user without privileges could fill.
void add_usage(Json& info, const struct statvfs& usage);

/// An entry for each mount of a file system on a block device.
[[nodiscard]] Json read_fsinfo(const Root& root);

}  // namespace hypnos::agent
