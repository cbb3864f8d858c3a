// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Memory that can be switched on and off by blocks: /sys/devices/system/memory. Reading and writing
// may block, as long as the kernel switches any of them.

#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

struct MemoryBlock {
    std::int64_t number = 0;
    bool online = true;
    bool can_offline = false;
};

/// None where the kernel knows no blocks.
[[nodiscard]] std::vector<MemoryBlock> read_memory_blocks(const sleep::Root& root);

/// Of each block, in bytes.
[[nodiscard]] Result<std::int64_t> read_memory_block_size(const sleep::Root& root);

/// What became of a switch.
struct BlockSwitch {
    enum class Outcome { Done, NoSuchBlock, NoSwitch, Failed };
    Outcome outcome = Outcome::Done;
    int error = 0;  ///< an errno, unless done
};

/// Done if it is so already.
[[nodiscard]] BlockSwitch switch_memory_block(const sleep::Root& root, std::int64_t number,
                                              bool online);

}  // namespace hypnos::agent
