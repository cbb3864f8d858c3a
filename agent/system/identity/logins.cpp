// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/identity/logins.hpp"

#include <utmpx.h>

#include <algorithm>
#include <cstring>

namespace hypnos::agent {
namespace {

/// A name that fills its field has no zero behind it.
std::string user_of(const utmpx& entry) {
    return {entry.ut_user, strnlen(entry.ut_user, sizeof entry.ut_user)};
}

void add(std::vector<Login>& logins, const Login& login) {
    const auto known = std::find_if(logins.begin(), logins.end(),
                                    [&](const Login& each) { return each.user == login.user; });
    if (known == logins.end())
        logins.push_back(login);
    else
        known->since = std::min(known->since, login.since);
}

}  // namespace

std::vector<Login> parse_logins(std::string_view utmp) {
    std::vector<Login> logins;
    for (; utmp.size() >= sizeof(utmpx); utmp.remove_prefix(sizeof(utmpx))) {
        utmpx entry{};
        std::memcpy(&entry, utmp.data(), sizeof entry);
        if (entry.ut_type != USER_PROCESS) continue;
        add(logins, {user_of(entry), static_cast<double>(entry.ut_tv.tv_sec) +
                                         static_cast<double>(entry.ut_tv.tv_usec) / 1e6});
    }
    return logins;
}

}  // namespace hypnos::agent
