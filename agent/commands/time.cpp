// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/commands/groups.hpp"
#include "agent/system/time/clocks.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {

/// Nanoseconds since the epoch.
CommandResult guest_get_time(const Context&, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return Json(realtime().count());
}

}  // namespace hypnos::agent::commands
