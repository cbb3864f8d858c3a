// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/machine/numbered.hpp"

#include <algorithm>

#include "sleep/core/number.hpp"

namespace hypnos::agent {

std::vector<std::int64_t> numbers_behind(std::string_view word,
                                         const std::vector<std::string>& names) {
    std::vector<std::int64_t> numbers;
    for (const std::string_view name : names) {
        if (!name.starts_with(word)) continue;
        const auto number = sleep::whole_number(name.substr(word.size()));
        if (number && *number >= 0) numbers.push_back(*number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace hypnos::agent
