// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/circle.hpp"

#include <algorithm>

namespace hypnos {
namespace {

using Nodes = std::vector<std::size_t>;

Nodes without_predecessors(const Nodes& open) {
    Nodes result;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (open[i] == 0) result.push_back(i);
    }
    return result;
}

/// How many of each node's predecessors are left when all that can be taken away in order are. What
/// then has some left lies in a circle or comes after one.
Nodes left_over(const std::vector<Nodes>& before) {
    Nodes open(before.size());
    std::vector<Nodes> after(before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        open[i] = before[i].size();
        for (const std::size_t earlier : before[i]) after[earlier].push_back(i);
    }
    for (Nodes ready = without_predecessors(open); !ready.empty();) {
        const std::size_t node = ready.back();
        ready.pop_back();
        for (const std::size_t later : after[node]) {
            if (--open[later] == 0) ready.push_back(later);
        }
    }
    return open;
}

}  // namespace

std::vector<std::size_t> find_circle(const std::vector<Nodes>& before) {
    const Nodes open = left_over(before);
    const auto is_left = [&open](std::size_t node) { return open[node] > 0; };
    const auto start = std::find_if(open.begin(), open.end(), [](std::size_t n) { return n > 0; });
    if (start == open.end()) return {};
    // A node that is left has a predecessor that is left: this walk must come round.
    Nodes path{static_cast<std::size_t>(start - open.begin())};
    while (true) {
        const Nodes& earlier = before[path.back()];
        const std::size_t next = *std::find_if(earlier.begin(), earlier.end(), is_left);
        const auto seen = std::find(path.begin(), path.end(), next);
        if (seen != path.end()) return {seen, path.end()};
        path.push_back(next);
    }
}

}  // namespace hypnos
