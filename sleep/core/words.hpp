// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Texts that are lines of words. Pure.

#pragma once

#include <string>
#include <vector>

namespace hypnos::sleep {

/// What stands between white space.
[[nodiscard]] std::vector<std::string> split(const std::string& text);

/// The words of each line that has any.
[[nodiscard]] std::vector<std::vector<std::string>> lines_of(const std::string& text);

}  // namespace hypnos::sleep
