// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/commands/filter.hpp"

namespace hypnos::agent::commands {

bool Filter::allows(const std::string& name, Group group) const {
    const bool listed = allowed.empty() || allowed.contains(name);
    return listed && !blocked.contains(name) && !off.contains(group);
}

Result<void> check(const Filter& filter, const std::string& name, Group group, bool frozen) {
    const auto disabled = [&name](const char* why) {
        return fail(ErrorCode::CommandNotFound, "Command " + name + " has been disabled: " + why);
    };
    if (frozen && group != Group::WhenFrozen) return disabled("the agent is in frozen state");
    if (!frozen && !filter.allows(name, group)) return disabled("the command is not allowed");
    return {};
}

}  // namespace hypnos::agent::commands
