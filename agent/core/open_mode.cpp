// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/open_mode.hpp"

#include <fcntl.h>

namespace hypnos::agent {
namespace {

std::optional<int> first_flags(char first) {
    switch (first) {
        case 'r':
            return 0;
        case 'w':
            return O_CREAT | O_TRUNC;
        case 'a':
            return O_CREAT | O_APPEND;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<int> open_flags(std::string_view mode) {
    const std::optional<int> flags = first_flags(mode.empty() ? '\0' : mode.front());
    if (!flags) return std::nullopt;
    const std::string_view rest = mode.substr(1);
    if (rest == "+" || rest == "b+" || rest == "+b") return *flags | O_RDWR;
    if (!rest.empty() && rest != "b") return std::nullopt;
    return *flags | (mode.front() == 'r' ? O_RDONLY : O_WRONLY);
}

}  // namespace hypnos::agent
