// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/core/shutdown_plan.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {

/// Success is silence, as QEMU's schema has it.
CommandResult guest_shutdown(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::optional<std::string> name = given.optional_string("mode");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    const Result<ShutdownMode> mode = shutdown_mode(name);
    if (!mode) return fail(mode.error());
    g_message("guest-shutdown: %s", name.value_or("powerdown").c_str());
    context.session.hold(context.caller);
    context.agent.shutdown().run(
        {.failure = "child process has failed to shutdown",
         .programs = shutdown_programs(*mode, context.agent.root().has("/run/systemd/system")),
         .input = {},
         .success = std::nullopt},
        context.caller);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
