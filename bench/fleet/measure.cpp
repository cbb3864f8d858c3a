// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "measure.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hypnos::fleet {
namespace {

double milliseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double middle(std::vector<Cost>& costs, double Cost::*member) {
    std::sort(costs.begin(), costs.end(),
              [member](const Cost& a, const Cost& b) { return a.*member < b.*member; });
    return costs.empty() ? 0 : costs[costs.size() / 2].*member;
}

}  // namespace

Cost Stopwatch::now() {
    return {milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_PROCESS_CPUTIME_ID)};
}

Cost Stopwatch::stop() const {
    const Cost end = now();
    return {end.wall - start_.wall, end.processor - start_.processor};
}

Cost median(std::vector<Cost> costs) {
    return {middle(costs, &Cost::wall), middle(costs, &Cost::processor)};
}

std::vector<Cost> ratios(const std::vector<Cost>& of, const std::vector<Cost>& to) {
    std::vector<Cost> result;
    for (std::size_t i = 0; i < of.size(); ++i)
        result.push_back({of[i].wall / to[i].wall, of[i].processor / to[i].processor});
    return result;
}

std::int64_t private_dirty_kib() {
    std::ifstream rollup("/proc/self/smaps_rollup");
    for (std::string word; rollup >> word;) {
        std::int64_t kib = 0;
        if (word == "Private_Dirty:" && rollup >> kib) return kib;
    }
    return 0;
}

std::int64_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all)) - 1;  // but for the one that reads them
}

}  // namespace hypnos::fleet
