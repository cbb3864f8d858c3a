// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "text.hpp"

#include <array>
#include <cstdio>

namespace hypnos {

std::string in_words(std::chrono::microseconds duration) {
    using std::chrono::duration_cast;
    const auto ms = duration_cast<std::chrono::milliseconds>(duration).count();
    if (ms > -1000 && ms < 1000) return std::to_string(ms) + " ms";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(ms) / 1000);
    return text.data();
}

}  // namespace hypnos
