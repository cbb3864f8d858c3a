// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/balloon.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>

#include "fleet/meminfo.hpp"

namespace hypnos {
namespace {

constexpr const char* kMeminfo = "/proc/meminfo";
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// The number and the unit behind "NAME:", on a line of its own.
std::string_view value_of(std::string_view meminfo, std::string_view name) {
    while (!meminfo.empty()) {
        const std::size_t end = std::min(meminfo.find('\n'), meminfo.size());
        std::string_view line = meminfo.substr(0, end);
        if (line.starts_with(name)) return line.substr(name.size());
        meminfo.remove_prefix(std::min(end + 1, meminfo.size()));
    }
    return {};
}

}  // namespace

std::int64_t memory_needed(const std::vector<Balloon>& guests) {
    std::int64_t needed = 0;
    for (const Balloon& guest : guests) {
        const std::int64_t now = std::max<std::int64_t>(guest.now, 0);
        const std::int64_t back = std::max<std::int64_t>(guest.most, now) - now;
        needed = back > kMost - needed ? kMost : needed + back;
    }
    return needed;
}

Result<std::int64_t> parse_available(const std::string& meminfo) {
    std::string_view value = value_of(meminfo, "MemAvailable:");
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    std::int64_t kib = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), kib);
    const bool is_kib = std::string_view(end, value.data() + value.size()) == " kB";
    if (error != std::errc() || !is_kib || kib < 0 || kib > kMost / 1024)
        return fail(std::string(kMeminfo) +
                    " does not tell how much memory is available (MemAvailable, in kB)");
    return kib * 1024;
}

Result<std::int64_t> available_memory() {
    std::ifstream file(kMeminfo);
    if (!file)
        return fail(std::string("cannot read ") + kMeminfo + ": " + std::strerror(errno) +
                    "; is /proc mounted?");
    return parse_available({std::istreambuf_iterator<char>(file), {}});
}

}  // namespace hypnos
