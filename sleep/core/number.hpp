// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Numbers in texts. Pure.

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hypnos::sleep {

/// The decimal number that the text begins with.
template <typename T = std::int64_t>
[[nodiscard]] std::optional<T> leading_number(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// The number that the text is, and nothing else.
template <typename T = std::int64_t>
[[nodiscard]] std::optional<T> whole_number(std::string_view text, int base = 10) {
    T number{};
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

}  // namespace hypnos::sleep
