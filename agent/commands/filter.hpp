// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Which commands are answered: what the administrator allows, and while file systems are frozen only
// those that touch none.

#pragma once

#include <set>
#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent::commands {

/// What commands have in common for an administrator.
enum class Group {
    Ordinary,
    WhenFrozen,  ///< also while file systems are frozen, and then whatever the lists say
    // What gives the host a shell in the guest; agent.conf switches each.
    Exec,
    File,
    Password,
    SshKeys,
};

struct Filter {
    std::set<std::string> allowed;  ///< if there are any, only these
    std::set<std::string> blocked;
    std::set<Group> off;

    [[nodiscard]] bool allows(const std::string& name, Group group) const;
};

/// Refused with the texts of qemu-ga: clients look for "has been disabled".
[[nodiscard]] Result<void> check(const Filter& filter, const std::string& name, Group group,
                                 bool frozen);

}  // namespace hypnos::agent::commands
