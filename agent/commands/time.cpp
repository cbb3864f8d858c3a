// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/arguments.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent::commands {

/// Nanoseconds since the epoch.
CommandResult guest_get_time(const Context&, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return Json(realtime().count());
}

CommandResult guest_set_time(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::optional<std::int64_t> time = given.optional_integer("time");
    Result<void> checked = given.finish();
    if (checked && time && *time < 0)
        checked = fail("Parameter 'time' must be nanoseconds since 1970");
    if (!checked) return fail(checked.error());
    context.session.hold(context.caller);
    context.agent.time_setter().set(
        time ? std::optional(std::chrono::nanoseconds(*time)) : std::nullopt, context.caller);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
