// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {

MemoryFacts read_memory(const Root& root) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return {.info = parse_meminfo(root.text("/proc/meminfo")),
            .largest_free_order = parse_buddyinfo(root.text("/proc/buddyinfo")),
            .balloon =
                static_cast<std::uint64_t>(parse_balloon(root.text("/proc/vmstat")).value_or(0)) *
                page};
}

}  // namespace hypnos::sleep::facts
