// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/system/snapshot.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {

CommandResult hypnos_rehearse(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return to_json(rehearse(context.agent.power().root));
}

}  // namespace hypnos::agent::commands
