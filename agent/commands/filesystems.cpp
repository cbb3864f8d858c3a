// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/system/mounts/fsinfo.hpp"
#include "agent/system/mounts/fstrim.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

/// A disk may take its time to forget.
constexpr std::chrono::minutes kTrimLimit{10};

}  // namespace

CommandResult guest_get_fsinfo(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(
        context, "look at the file systems",
        [root = context.agent.power().root]() -> Result<Json> { return read_fsinfo(root); });
}

CommandResult guest_fstrim(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t minimum = given.optional_integer("minimum").value_or(0);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return run_job(
        context, "trim the file systems",
        [root = context.agent.power().root, minimum]() -> Result<Json> {
            return trim_all(read_file_systems(root), *mount_opener(root),
                            static_cast<std::uint64_t>(minimum));
        },
        kTrimLimit);
}

}  // namespace hypnos::agent::commands
