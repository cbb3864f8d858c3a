// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Entries of a directory of sysfs that are a word and a number, such as cpu3. Pure.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos::agent {

/// The numbers of those that begin with the word, in order.
[[nodiscard]] std::vector<std::int64_t> numbers_behind(std::string_view word,
                                                       const std::vector<std::string>& names);

}  // namespace hypnos::agent
