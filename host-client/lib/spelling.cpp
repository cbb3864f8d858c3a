// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "spelling.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace hypnos {
namespace {

constexpr std::size_t kNear = 2, kMost = 3;

/// Of two words: how many letters are to be changed, added, left out or swapped with the next one,
/// each once (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older, old(b.size() + 1), row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        older = std::exchange(old, row);
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = old[j] + (a[i] == b[j] ? 0 : 1);
            row[j + 1] = std::min({change, old[j + 1] + 1, row[j] + 1});
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
                row[j + 1] = std::min(row[j + 1], older[j - 1] + 1);
        }
    }
    return row.back();
}

std::set<std::pair<std::size_t, std::string>> nearest(std::string_view word,
                                                      const std::vector<std::string>& known) {
    // Half of the letters must stay, or every short word would be near.
    const std::size_t most = std::min(kNear, word.size() / 2);
    std::set<std::pair<std::size_t, std::string>> near;
    for (const std::string& each : known) {
        if (const std::size_t d = distance(word, each); d <= most) near.emplace(d, each);
        if (near.size() > kMost) near.erase(std::prev(near.end()));
    }
    return near;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    std::string text;
    for (const auto& [d, each] : nearest(word, known))
        text += (text.empty() ? "; did you mean '" : " or '") + each + "'";
    return text.empty() ? "" : text + "?";
}

}  // namespace hypnos
