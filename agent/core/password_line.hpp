// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A line of input for chpasswd(8).

#pragma once

#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

struct PasswordWish {
    std::string user;
    std::string password;
    bool crypted = false;  ///< the password is crypt(3)'s result
};

/// user:password and a line feed; an error for what would be another line, or another field of
/// /etc/shadow.
[[nodiscard]] Result<std::string> password_line(const PasswordWish& wish);

}  // namespace hypnos::agent
