// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/network/traffic.hpp"

#include <sstream>
#include <vector>

#include "sleep/core/number.hpp"
#include "sleep/core/words.hpp"

namespace hypnos::agent {
namespace {

// Columns behind the name.
constexpr std::size_t kReceived = 0;
constexpr std::size_t kSent = 8;
constexpr std::size_t kColumns = 12;  ///< up to the last that is of use

std::int64_t number(const std::string& word) { return sleep::whole_number(word).value_or(0); }

Traffic::Way way(const std::vector<std::string>& words, std::size_t first) {
    return {number(words[first]), number(words[first + 1]), number(words[first + 2]),
            number(words[first + 3])};
}

}  // namespace

/// A number may stand right behind the colon; headings have none.
std::map<std::string, Traffic> parse_traffic(const std::string& text) {
    std::map<std::string, Traffic> result;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        const std::size_t colon = line.rfind(':');
        if (colon == std::string::npos) continue;
        const std::vector<std::string> name = sleep::split(line.substr(0, colon));
        const std::vector<std::string> words = sleep::split(line.substr(colon + 1));
        if (name.size() == 1 && words.size() >= kColumns)
            result[name[0]] = {way(words, kReceived), way(words, kSent)};
    }
    return result;
}

}  // namespace hypnos::agent
