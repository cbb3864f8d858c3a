// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Facts of a machine where everything works and everything is known.

#pragma once

#include <string>
#include <vector>

#include "sleep/core/preflight.hpp"
#include "sleep/core/preflight/parse.hpp"

namespace hypnos::sleep::test {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;

inline PowerFacts capable() {
    PowerFacts facts;
    facts.machine = {.state = parse_choice("freeze mem disk"),
                     .mem_sleep = parse_choice("s2idle [deep]"),
                     .disk = parse_choice("[platform] shutdown reboot suspend test_resume"),
                     .autosleep = "off",
                     .cpus_online = "0-1",
                     .cpus_present = "0-1"};
    facts.swap.active = {
        {.name = "/dev/vdb", .size = 1024 * kMib, .device = "254:16", .offset = 0}};
    facts.resume = {
        .device = "254:16", .offset = 0, .header = "/dev/vdb", .signature = "SWAPSPACE2"};
    facts.kernel.command_line = {"quiet"};
    facts.kernel.release = "6.12.0";
    facts.memory = {.info = {{"MemTotal", 1024 * kMib}, {"AnonPages", 100 * kMib}},
                    .largest_free_order = 10};
    facts.rtc_ahead = std::chrono::seconds(0);
    return facts;
}

/// "code" of what blocks, "code?" of what warns.
inline std::vector<std::string> codes(const PreflightQuestion& question, const PowerFacts& facts) {
    std::vector<std::string> result;
    for (const Finding& finding : preflight(question, facts))
        result.push_back(finding.code + (finding.severity == Severity::Warn ? "?" : ""));
    return result;
}

constexpr PreflightQuestion kRam = {.mode = SleepMode::Ram};
constexpr PreflightQuestion kDisk = {.mode = SleepMode::Disk};
constexpr PreflightQuestion kHybrid = {.mode = SleepMode::Hybrid};

using Strings = std::vector<std::string>;

}  // namespace hypnos::sleep::test
