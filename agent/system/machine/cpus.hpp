// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The guest's CPUs and their switches: /sys/devices/system/cpu. Reading and writing may block, as long
// as the kernel switches any of them.

#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

struct Cpu {
    std::int64_t number = 0;
    bool online = true;
    bool can_offline = false;
};

[[nodiscard]] Result<std::vector<Cpu>> read_cpus(const sleep::Root& root);

/// Fine if it is so already.
[[nodiscard]] Result<void> switch_cpu(const sleep::Root& root, std::int64_t number, bool online);

}  // namespace hypnos::agent
