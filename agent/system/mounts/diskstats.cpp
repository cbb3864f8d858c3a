// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/diskstats.hpp"

#include <array>
#include <cstdint>
#include <sstream>

namespace hypnos::agent {
namespace {

/// The columns after the name, in the words of QEMU's schema; ios-pgr: in progress.
constexpr std::array kColumns = {
    "read-ios",     "read-merges",   "read-sectors",   "read-ticks",      "write-ios",
    "write-merges", "write-sectors", "write-ticks",    "ios-pgr",         "total-ticks",
    "weight-ticks", "discard-ios",   "discard-merges", "discard-sectors", "discard-ticks",
    "flush-ios",    "flush-ticks"};

}  // namespace

Json parse_diskstats(const std::string& text) {
    Json devices = Json::array();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream in(line);
        std::uint64_t major = 0, minor = 0, value = 0;
        std::string name;
        if (!(in >> major >> minor >> name)) continue;
        Json stats = Json::object();
        for (const char* column : kColumns)
            if (in >> value) stats.set(column, value);
        devices.append(
            Json::object({{"name", name}, {"major", major}, {"minor", minor}, {"stats", stats}}));
    }
    return devices;
}

}  // namespace hypnos::agent
