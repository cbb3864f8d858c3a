// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The first page of a swap (union swap_header, include/linux/swap.h).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hypnos::setup {

struct SwapHeader {
    std::string uuid;
    std::uint64_t bytes = 0;  ///< what the kernel uses of it
    bool holds_image = false;
};

/// Nothing if there is none of this machine's page size.
[[nodiscard]] std::optional<SwapHeader> read_swap_header(const std::string& real_path);

}  // namespace hypnos::setup
