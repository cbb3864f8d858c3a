// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/identity/os_release.hpp"

#include <glib.h>

#include <memory>
#include <sstream>

namespace hypnos::agent {
namespace {

std::string trimmed(const std::string& text) {
    constexpr const char* kSpace = " \t\r";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string::npos) return "";
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string unquoted(const std::string& value) {
    const std::unique_ptr<char, decltype(&g_free)> text(g_shell_unquote(value.c_str(), nullptr),
                                                        g_free);
    return text ? text.get() : value;
}

}  // namespace

std::map<std::string, std::string> parse_os_release(const std::string& text) {
    std::map<std::string, std::string> values;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        const std::size_t equals = line.find('=');
        const std::string name = trimmed(line.substr(0, equals));
        if (equals == std::string::npos || name.starts_with('#')) continue;
        values[name] = unquoted(trimmed(line.substr(equals + 1)));
    }
    return values;
}

}  // namespace hypnos::agent
