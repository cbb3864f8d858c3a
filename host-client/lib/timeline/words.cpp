// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/words.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <sstream>

namespace hypnos::chart {
namespace {

std::string in_two(std::int64_t whole, std::int64_t part, const char* unit, const char* smaller) {
    std::string result = std::to_string(whole) + " " + unit;
    if (part != 0) result += " " + std::to_string(part) + " " + smaller;
    return result;
}

std::string short_words(double ms) {
    if (ms < 0.1) return decimal(ms, 2) + " ms";
    if (ms < 99.95) return decimal(ms, 1) + " ms";
    if (ms < 999.5) return decimal(ms, 0) + " ms";
    return decimal(ms / 1000, ms < 9995 ? 2 : 1) + " s";
}

void append_escaped(std::string& out, char c) {
    constexpr const char* kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
}

}  // namespace

std::string decimal(double value, int digits) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                   std::chars_format::fixed, digits);
    return {text.data(), end.ptr};
}

std::string length_words(Micros length) {
    const std::int64_t seconds = length.count() / 1'000'000;
    if (length.count() < 60'000'000) return short_words(static_cast<double>(length.count()) / 1000);
    if (seconds < 3600) return in_two(seconds / 60, seconds % 60, "min", "s");
    if (seconds < 86400) return in_two(seconds / 3600, seconds / 60 % 60, "h", "min");
    return in_two(seconds / 86400, seconds / 3600 % 24, "d", "h");
}

std::string plain(const std::string& text, std::size_t most) {
    std::string result;
    for (const char c : text) {
        if (c >= 0x20 && c < 0x7F)
            result += c;
        else
            append_escaped(result, c);
        if (result.size() > most) return result.substr(0, most - 3) + "...";
    }
    return result;
}

std::string xml(const std::string& text, std::size_t most) {
    std::string result;
    for (const char c : plain(text, most)) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        word = plain(word, columns);
        if (!lines.empty() && lines.back().size() + 1 + word.size() <= columns)
            lines.back() += " " + word;
        else
            lines.push_back(word);
    }
    return lines;
}

}  // namespace hypnos::chart
