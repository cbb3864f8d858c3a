// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/machine/load.hpp"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/system/machine/numbered.hpp"
#include "sleep/core/number.hpp"
#include "sleep/core/words.hpp"

namespace hypnos::agent {
namespace {

constexpr std::size_t kTimesMin = 4;  ///< of a line for a CPU, since the first kernels

std::int64_t in_milliseconds(std::int64_t time, std::int64_t ticks) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max() / 1000 - 1;
    return std::min(time / ticks, kMax) * 1000 + time % ticks * 1000 / ticks;
}

std::optional<double> real(const std::string& text) {
    if (text.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
    char* end = nullptr;
    const double value = g_ascii_strtod(text.c_str(), &end);
    const bool whole = end != text.c_str() && *end == '\0';
    return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<CpuTimes> parse_cpu_times(const std::string& stat, std::int64_t ticks) {
    std::vector<CpuTimes> result;
    for (const std::vector<std::string>& words : sleep::lines_of(stat)) {
        const std::vector<std::int64_t> number = numbers_behind("cpu", {words[0]});
        if (number.empty()) continue;
        CpuTimes times{number[0], {}};
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto time = sleep::whole_number(words[i]);
            if (!time || *time < 0) break;
            times.milliseconds.push_back(in_milliseconds(*time, ticks));
        }
        if (times.milliseconds.size() >= kTimesMin) result.push_back(std::move(times));
    }
    return result;
}

std::optional<LoadAverage> parse_load(const std::string& loadavg) {
    const std::vector<std::string> words = sleep::split(loadavg);
    if (words.size() < 3) return std::nullopt;
    const auto one = real(words[0]), five = real(words[1]), fifteen = real(words[2]);
    if (!one || !five || !fifteen) return std::nullopt;
    return LoadAverage{*one, *five, *fifteen};
}

}  // namespace hypnos::agent
