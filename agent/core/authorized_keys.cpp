// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/authorized_keys.hpp"

#include <glib.h>

#include <algorithm>

namespace hypnos::agent {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

/// Without white space around it.
std::string stripped(const std::string& line) {
    constexpr const char* kSpace = " \t\r";
    const std::size_t begin = line.find_first_not_of(kSpace);
    if (begin == std::string::npos) return "";
    return line.substr(begin, line.find_last_not_of(kSpace) + 1 - begin);
}

bool contains(const std::vector<std::string>& keys, const std::string& line) {
    return std::any_of(keys.begin(), keys.end(), [key = stripped(line)](const std::string& other) {
        return stripped(other) == key;
    });
}

}  // namespace

Result<void> check_key(const std::string& key) {
    const std::string text = stripped(key);
    const bool has_control = std::any_of(
        key.begin(), key.end(), [](char c) { return g_ascii_iscntrl(c) != 0 && c != '\t'; });
    if (has_control || (!text.empty() && text.front() == '#'))
        return fail("invalid OpenSSH public key: " + in_quotes(key));
    return {};
}

std::vector<std::string> keys_in(const std::string& text) {
    std::vector<std::string> keys;
    for (const std::string& line : lines_of(text)) {
        const std::string key = stripped(line);
        if (!key.empty() && key.front() != '#') keys.push_back(key);
    }
    return keys;
}

std::string with_keys(const std::string& text, const std::vector<std::string>& keys) {
    std::string result = text;
    if (!result.empty() && result.back() != '\n') result += '\n';
    std::vector<std::string> known = keys_in(text);
    for (const std::string& key : keys) {
        if (stripped(key).empty() || contains(known, key)) continue;
        known.push_back(key);
        result += key + "\n";
    }
    return result;
}

std::string without_keys(const std::string& text, const std::vector<std::string>& keys) {
    std::string result;
    for (const std::string& line : lines_of(text)) {
        if (stripped(line).empty() || !contains(keys, line)) result += line + "\n";
    }
    return result;
}

}  // namespace hypnos::agent
