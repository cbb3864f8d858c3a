// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What guest-get-disks tells.

#pragma once

#include "hypnos/protocol/json.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

/// Disks with a size, and their partitions.
[[nodiscard]] Json read_disks(const Root& root);

}  // namespace hypnos::agent
