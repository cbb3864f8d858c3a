// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "text.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>

namespace hypnos {
namespace {

void append_unit(std::string& out, std::uint32_t unit) {
    static constexpr const char* kDigits = "0123456789ABCDEF";
    out += "\\u";
    for (unsigned shift = 16; shift > 0;) out += kDigits[(unit >> (shift -= 4)) & 0xF];
}

void append_code_point(std::string& out, std::uint32_t code) {
    if (code < 0x10000) return append_unit(out, code);
    append_unit(out, 0xD800 + ((code - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

/// What follows the backslash, for those that have a name.
char short_name(char c) {
    static constexpr std::string_view kValues = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kNames = "\"\\bfnrt";
    const std::size_t index = kValues.find(c);
    return index == std::string_view::npos ? '\0' : kNames[index];
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

}  // namespace

std::string make_utf8(std::string text) {
    const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c > '\0'; });
    if (ascii) return text;
    if (g_utf8_validate_len(text.data(), text.size(), nullptr) == TRUE) return text;
    const std::unique_ptr<char, decltype(&g_free)> valid(
        g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), g_free);
    return valid.get();
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char* p = text.data(); p != text.data() + text.size(); p = g_utf8_next_char(p)) {
        if (is_plain(*p)) {
            out += *p;
        } else if (const char name = short_name(*p); name != '\0') {
            out += '\\';
            out += name;
        } else {
            append_code_point(out, g_utf8_get_char(p));
        }
    }
    out += '"';
}

void append_json_real(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out += text;
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace hypnos
