// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The file systems on block devices, read from the machine.

#pragma once

#include "agent/system/mounts/mountinfo.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

/// In the order in which they were mounted.
[[nodiscard]] std::vector<FileSystem> read_file_systems(const Root& root);

/// The same in the order in which they must be frozen.
[[nodiscard]] std::vector<FileSystem> read_in_freeze_order(const Root& root);

}  // namespace hypnos::agent
