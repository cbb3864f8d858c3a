// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

CommandResult freeze(const Context& context, const FreezeSelection& selection) {
    context.session.hold(context.caller);
    context.agent.freezer().freeze(selection, context.caller);
    return std::nullopt;
}

}  // namespace

CommandResult guest_fsfreeze_status(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return Json(context.agent.freezer().frozen() ? "frozen" : "thawed");
}

CommandResult guest_fsfreeze_freeze(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return freeze(context, std::nullopt);
}

/// Mount points that there are not are left out.
CommandResult guest_fsfreeze_freeze_list(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const FreezeSelection selection = given.optional_strings("mountpoints");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return freeze(context, selection);
}

CommandResult guest_fsfreeze_thaw(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    context.session.hold(context.caller);
    context.agent.freezer().thaw(context.caller);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
