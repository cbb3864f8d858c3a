// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/password_line.hpp"

#include <algorithm>

namespace hypnos::agent {
namespace {

/// Of user and password together, which leaves room for any hash.
constexpr std::size_t kMax = 2048;

/// What ends a line or a string somewhere.
bool breaks_line(char c) { return c == '\n' || c == '\r' || c == '\0'; }

bool has_line_break(const std::string& text) {
    return std::any_of(text.begin(), text.end(), breaks_line);
}

bool has_colon(const std::string& text) { return text.find(':') != std::string::npos; }

}  // namespace

Result<std::string> password_line(const PasswordWish& wish) {
    if (wish.user.empty() || has_line_break(wish.user) || has_colon(wish.user))
        return fail("forbidden characters in username");
    if (has_line_break(wish.password) || (wish.crypted && has_colon(wish.password)))
        return fail("forbidden characters in raw password");
    if (wish.user.size() + wish.password.size() > kMax)
        return fail("username and password are longer than " + std::to_string(kMax) + " bytes");
    return wish.user + ":" + wish.password + "\n";
}

}  // namespace hypnos::agent
