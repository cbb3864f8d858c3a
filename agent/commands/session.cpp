// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Is anybody there, and what can it do.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

bool is_enabled(const Agent& agent, const Command& command) {
    return check(agent.filter(), command.name, command.group, agent.frozen()).has_value();
}

}  // namespace

CommandResult guest_sync(const Context&, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t id = given.integer("id");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return Json(id);
}

CommandResult guest_sync_delimited(const Context& context, const Json& arguments) {
    CommandResult result = guest_sync(context, arguments);
    if (result) context.session.delimit_next_reply();
    return result;
}

CommandResult guest_ping(const Context&, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return Json::object();
}

CommandResult guest_info(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    Json commands = Json::array();
    for (const Command& command : table())
        commands.append(Json::object({{"name", command.name},
                                      {"enabled", is_enabled(context.agent, command)},
                                      {"success-response", command.success_response}}));
    return Json::object({{"version", HYPNOS_VERSION}, {"supported_commands", commands}});
}

}  // namespace hypnos::agent::commands
