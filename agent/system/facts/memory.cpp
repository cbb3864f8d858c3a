// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include "agent/core/preflight/parse.hpp"
#include "agent/system/facts/parts.hpp"

namespace hypnos::agent::facts {

MemoryFacts read_memory(const Root& root) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return {.info = parse_meminfo(text_of(root, "/proc/meminfo")),
            .largest_free_order = parse_buddyinfo(text_of(root, "/proc/buddyinfo")),
            .balloon = parse_balloon(text_of(root, "/proc/vmstat")) * page};
}

}  // namespace hypnos::agent::facts
