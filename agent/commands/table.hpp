// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The commands: one table drives dispatch and guest-info.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/commands/filter.hpp"
#include "agent/session.hpp"
#include "hypnos/protocol/message.hpp"

namespace hypnos::agent {
class Agent;
}

namespace hypnos::agent::commands {

struct Context {
    Agent& agent;
    Session& session;
    const Caller& caller;
};

struct Command {
    const char* name;
    /// False for guest-suspend-*: QEMU's schema has no reply to their success.
    bool success_response;
    CommandResult (*run)(const Context& context, const Json& arguments);
    Group group = Group::Ordinary;
};

[[nodiscard]] std::span<const Command> table();

/// Whether each is a command, here or of qemu-ga on another system; the error names the first that is
/// none, which in a list of what is forbidden would be a hole.
[[nodiscard]] Result<void> check_names(const std::vector<std::string>& names);

[[nodiscard]] CommandResult execute(const Request& request, const Context& context);

}  // namespace hypnos::agent::commands
