// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Numbers and guests' texts as a table or a chart may show them. Pure, and the same in all locales.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace hypnos::chart {

using Micros = std::chrono::microseconds;

/// With a point, whatever the locale says.
[[nodiscard]] std::string decimal(double value, int digits);

/// "0.04 ms", "3.2 ms", "142 ms", "1.62 s", "3 min 5 s", "8 h 12 min", "12 d 3 h"
[[nodiscard]] std::string length_words(Micros length);

/// Printable ASCII, what is not becomes \xNN; "..." at the end if it was longer than `most`.
[[nodiscard]] std::string plain(const std::string& text, std::size_t most);

/// For an element's text or an attribute of XML: plain, and with its entities.
[[nodiscard]] std::string xml(const std::string& text, std::size_t most);

/// Broken between words into lines of at most so many columns; a longer word is cut.
[[nodiscard]] std::vector<std::string> wrapped(const std::string& text, std::size_t columns);

}  // namespace hypnos::chart
