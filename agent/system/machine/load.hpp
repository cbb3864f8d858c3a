// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How busy the CPUs are: /proc/stat and /proc/loadavg. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hypnos::agent {

struct CpuTimes {
    std::int64_t cpu = 0;
    /// In the order of proc(5): user, nice, system, idle, and as many more as the kernel has.
    std::vector<std::int64_t> milliseconds;
};

/// Of each CPU that /proc/stat has. `ticks`: units of its numbers in a second.
[[nodiscard]] std::vector<CpuTimes> parse_cpu_times(const std::string& stat, std::int64_t ticks);

/// Tasks that run or wait to, in the mean of this many minutes.
struct LoadAverage {
    double one = 0, five = 0, fifteen = 0;
};

[[nodiscard]] std::optional<LoadAverage> parse_load(const std::string& loadavg);

}  // namespace hypnos::agent
