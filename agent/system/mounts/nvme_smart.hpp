// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The health of an NVMe disk, in the words of QEMU's schema (GuestNVMeSmart).

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "hypnos/protocol/json.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

/// Log page 2 of the NVMe specification; numbers in it are little-endian.
using NvmeHealthPage = std::array<std::uint8_t, 512>;

/// Pure.
[[nodiscard]] Json parse_nvme_health(const NvmeHealthPage& page);

/// Asks the disk behind a node; null if it does not say, and below any other root than "/".
[[nodiscard]] Json read_nvme_smart(const Root& root, const std::string& node);

}  // namespace hypnos::agent
