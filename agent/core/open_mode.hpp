// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// fopen(3)'s modes, as guest-file-open takes them.

#pragma once

#include <optional>
#include <string_view>

namespace hypnos::agent {

/// Flags of open(2) for one of the 15 spellings (r, rb, r+, rb+, r+b, and so for w and a), or nothing.
[[nodiscard]] std::optional<int> open_flags(std::string_view mode);

}  // namespace hypnos::agent
