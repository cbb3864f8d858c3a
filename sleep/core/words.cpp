// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/words.hpp"

#include <iterator>
#include <sstream>
#include <utility>

namespace hypnos::sleep {

std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::vector<std::string>> lines_of(const std::string& text) {
    std::vector<std::vector<std::string>> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (std::vector<std::string> words = split(line); !words.empty())
            lines.push_back(std::move(words));
    return lines;
}

}  // namespace hypnos::sleep
