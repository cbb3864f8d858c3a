// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// btrfs's own addresses, and where they lie.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace hypnos::sleep {

struct DeviceAddress {
    dev_t device = 0;
    std::uint64_t byte = 0;
};

/// Where an address of the btrfs that `file` is on lies. Nothing if it lies in more places than one,
/// or if we may not ask (CAP_SYS_ADMIN).
[[nodiscard]] std::optional<DeviceAddress> btrfs_address(int file, std::uint64_t logical);

}  // namespace hypnos::sleep
