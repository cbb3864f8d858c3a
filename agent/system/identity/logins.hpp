// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Who is logged in: /run/utmp, utmp(5). Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hypnos::agent {

struct Login {
    std::string user;
    double since = 0;  ///< seconds since 1970
};

/// Each user once, with the earliest login. `utmp`: the bytes of the file.
[[nodiscard]] std::vector<Login> parse_logins(std::string_view utmp);

}  // namespace hypnos::agent
