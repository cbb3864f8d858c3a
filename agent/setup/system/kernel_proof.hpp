// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether the kernel, too, takes a place for the beginning of a swap that is on
// (SNAPSHOT_SET_SWAP_AREA, include/uapi/linux/suspend_ioctls.h).

#pragma once

#include <cstdint>
#include <string>

#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// `device`: "254:1"; `offset`: in pages. The kernel's errno, 0 if it agrees. Another one's use of
/// /dev/snapshot counts as agreement.
[[nodiscard]] int ask_kernel(const Root& root, const std::string& device, std::uint64_t offset);

}  // namespace hypnos::setup
