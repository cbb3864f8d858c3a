// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Pieces of JSON text, as ASCII.

#pragma once

#include <string>
#include <string_view>

namespace hypnos {

/// Bytes that are no UTF-8, and NUL, become U+FFFD.
[[nodiscard]] std::string make_utf8(std::string text);

/// In quotes; `text` is UTF-8. Outside ASCII, \u escapes stand for the bytes.
void append_json_string(std::string& out, std::string_view text);

/// The fewest digits that are read back as the same value, and never those of an integer; null if
/// JSON has no word for it.
void append_json_real(std::string& out, double value);

}  // namespace hypnos
