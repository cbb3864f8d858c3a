// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/error.hpp"

#include "hypnos/protocol/limits.hpp"

namespace hypnos {

std::string in_quotes(std::string_view words) {
    const bool fits = words.size() <= limits::kShownBytes;
    return "'" + std::string(words.substr(0, limits::kShownBytes)) + (fits ? "'" : "...'");
}

}  // namespace hypnos
