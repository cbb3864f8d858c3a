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

/// Of two words: how many letters are to be changed, added or left out (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char c : a) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j < row.size(); ++j) {
            const std::size_t replace = diagonal + (c == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

std::set<std::pair<std::size_t, std::string>> nearest(std::string_view word,
                                                      const std::vector<std::string>& known) {
    // One letter must stay, or every short word would be near.
    const std::size_t most = std::min(kNear, std::max<std::size_t>(word.size(), 1) - 1);
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
