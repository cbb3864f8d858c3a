// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/balloon.hpp"

#include <charconv>

namespace hypnos::agent {
namespace {

/// The value of "NAME VALUE" in a line of its own.
std::optional<std::int64_t> value_of(const std::string& text, const std::string& name) {
    const std::string start = "\n" + name + " ";
    const std::size_t found = text.find(start);
    if (found == std::string::npos) return std::nullopt;
    const char* value = text.data() + found + start.size();
    std::int64_t number = 0;
    if (std::from_chars(value, text.data() + text.size(), number).ec != std::errc())
        return std::nullopt;
    return number;
}

}  // namespace

/// /proc/vmstat counts all pages ever given up and got back (CONFIG_MEMORY_BALLOON). As seen on 6.1
/// with virtio-balloon: any sleep empties the balloon; after a wake from RAM it fills again by
/// itself, as QEMU still knows its target; after a wake from disk it stays empty.
std::optional<std::int64_t> balloon_pages(const Root& root) {
    const std::string text = "\n" + root.read("/proc/vmstat").value_or("");
    const auto given = value_of(text, "balloon_inflate");
    const auto returned = value_of(text, "balloon_deflate");
    if (!given || !returned) return std::nullopt;
    return *given - *returned;
}

void compare_balloon(const Root& root, std::optional<std::int64_t> before, RefreshReport& report) {
    const std::optional<std::int64_t> now = balloon_pages(root);
    if (before && now && *before > *now) report.balloon_pages_lost = *before - *now;
}

}  // namespace hypnos::agent
