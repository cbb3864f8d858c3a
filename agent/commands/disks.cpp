// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/disks.hpp"

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/system/mounts/diskstats.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {

CommandResult guest_get_disks(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(
        context, "look at the disks",
        [root = context.agent.power().root]() -> Result<Json> { return read_disks(root); });
}

CommandResult guest_get_diskstats(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const std::optional<std::string> text = context.agent.power().root.read("/proc/diskstats");
    if (!text) return fail("cannot read /proc/diskstats");
    return parse_diskstats(*text);
}

}  // namespace hypnos::agent::commands
