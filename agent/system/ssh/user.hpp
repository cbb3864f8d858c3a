// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A user of the guest, and the right to act as that user.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    std::string home;  ///< below the root
};

/// As the system knows it (which may ask a server, and so block); below another root, by its
/// /etc/passwd.
[[nodiscard]] Result<User> find_user(const Root& root, const std::string& name);

/// From now on the calling thread, and it alone, has only this user's rights to files: credentials(7),
/// setfsuid(2). There is no way back, so the thread must end with the job. An agent that is not root
/// has its own rights and keeps them.
[[nodiscard]] Result<void> take_rights_of(const User& user);

}  // namespace hypnos::agent
