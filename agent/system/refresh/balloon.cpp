// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/balloon.hpp"

#include "sleep/core/preflight/parse.hpp"

namespace hypnos::agent {

/// /proc/vmstat counts all pages ever given up and got back (CONFIG_MEMORY_BALLOON). As seen on 6.1
/// with virtio-balloon: any sleep empties the balloon; after a wake from RAM it fills again by
/// itself, as QEMU still knows its target; after a wake from disk it stays empty.
std::optional<std::int64_t> balloon_pages(const Root& root) {
    return parse_balloon(root.text("/proc/vmstat"));
}

void compare_balloon(const Root& root, std::optional<std::int64_t> before, RefreshReport& report) {
    const std::optional<std::int64_t> now = balloon_pages(root);
    if (before && now && *before > *now) report.balloon_pages_lost = *before - *now;
}

}  // namespace hypnos::agent
