// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include "agent/core/preflight/parse.hpp"
#include "agent/system/facts/parts.hpp"
#include "agent/system/refresh/balloon.hpp"

namespace hypnos::agent::facts {

MemoryFacts read_memory(const Root& root) {
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return {.info = parse_meminfo(root.text("/proc/meminfo")),
            .largest_free_order = parse_buddyinfo(root.text("/proc/buddyinfo")),
            .balloon = static_cast<std::uint64_t>(balloon_pages(root).value_or(0)) * page};
}

}  // namespace hypnos::agent::facts
