// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/commands/table.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/agent.hpp"
#include "agent/commands/audit.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/limits.hpp"

namespace hypnos::agent::commands {
namespace {

constexpr std::array kTable = {
    Command{"guest-exec", true, guest_exec, Group::Exec},
    Command{"guest-exec-status", true, guest_exec_status, Group::Exec},
    Command{"guest-file-close", true, guest_file_close, Group::File},
    Command{"guest-file-flush", true, guest_file_flush, Group::File},
    Command{"guest-file-open", true, guest_file_open, Group::File},
    Command{"guest-file-read", true, guest_file_read, Group::File},
    Command{"guest-file-seek", true, guest_file_seek, Group::File},
    Command{"guest-file-write", true, guest_file_write, Group::File},
    Command{"guest-fsfreeze-freeze", true, guest_fsfreeze_freeze},
    Command{"guest-fsfreeze-freeze-list", true, guest_fsfreeze_freeze_list},
    Command{"guest-fsfreeze-status", true, guest_fsfreeze_status, Group::WhenFrozen},
    Command{"guest-fsfreeze-thaw", true, guest_fsfreeze_thaw, Group::WhenFrozen},
    Command{"guest-fstrim", true, guest_fstrim},
    Command{"guest-get-cpustats", true, guest_get_cpustats},
    Command{"guest-get-disks", true, guest_get_disks},
    Command{"guest-get-diskstats", true, guest_get_diskstats},
    Command{"guest-get-fsinfo", true, guest_get_fsinfo},
    Command{"guest-get-host-name", true, guest_get_host_name},
    Command{"guest-get-load", true, guest_get_load},
    Command{"guest-get-memory-block-info", true, guest_get_memory_block_info},
    Command{"guest-get-memory-blocks", true, guest_get_memory_blocks},
    Command{"guest-get-osinfo", true, guest_get_osinfo},
    Command{"guest-get-time", true, guest_get_time},
    Command{"guest-get-timezone", true, guest_get_timezone},
    Command{"guest-get-users", true, guest_get_users},
    Command{"guest-get-vcpus", true, guest_get_vcpus},
    Command{"guest-info", true, guest_info, Group::WhenFrozen},
    Command{"guest-network-get-interfaces", true, guest_network_get_interfaces},
    Command{"guest-network-get-route", true, guest_network_get_route},
    Command{"guest-ping", true, guest_ping, Group::WhenFrozen},
    Command{"guest-set-memory-blocks", true, guest_set_memory_blocks},
    Command{"guest-set-time", true, guest_set_time},
    Command{"guest-set-user-password", true, guest_set_user_password, Group::Password},
    Command{"guest-set-vcpus", true, guest_set_vcpus},
    Command{"guest-shutdown", false, guest_shutdown},
    Command{"guest-ssh-add-authorized-keys", true, guest_ssh_add_authorized_keys, Group::SshKeys},
    Command{"guest-ssh-get-authorized-keys", true, guest_ssh_get_authorized_keys, Group::SshKeys},
    Command{"guest-ssh-remove-authorized-keys", true, guest_ssh_remove_authorized_keys,
            Group::SshKeys},
    Command{"guest-suspend-disk", false, guest_suspend_disk},
    Command{"guest-suspend-hybrid", false, guest_suspend_hybrid},
    Command{"guest-suspend-ram", false, guest_suspend_ram},
    Command{"guest-sync", true, guest_sync, Group::WhenFrozen},
    Command{"guest-sync-delimited", true, guest_sync_delimited, Group::WhenFrozen},
    Command{"hypnos-cancel", true, hypnos_cancel},
    Command{"hypnos-capabilities", true, hypnos_capabilities},
    Command{"hypnos-events", true, hypnos_events},
    Command{"hypnos-preflight", true, hypnos_preflight},
    Command{"hypnos-rehearse", true, hypnos_rehearse},
    Command{"hypnos-status", true, hypnos_status},
    Command{"hypnos-subscribe", true, hypnos_subscribe},
    Command{"hypnos-suspend", true, hypnos_suspend},
    Command{"hypnos-unsubscribe", true, hypnos_unsubscribe},
};

/// On Windows only.
constexpr std::string_view kElsewhere = "guest-get-devices";

const Command* find(std::string_view name) {
    const auto* const found =
        std::find_if(kTable.begin(), kTable.end(),
                     [name](const Command& command) { return command.name == name; });
    return found == kTable.end() ? nullptr : found;
}

}  // namespace

std::span<const Command> table() { return kTable; }

Result<void> check_names(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (find(name) == nullptr && name != kElsewhere)
            return fail("there is no command " + in_quotes(name) +
                        ", which a list of commands names; hypnos-agent --allow-rpcs=help prints "
                        "all names");
    }
    return {};
}

CommandResult execute(const Request& request, const Context& context) {
    const Command* const command = find(request.execute);
    if (command == nullptr)
        return fail(ErrorCode::CommandNotFound, "The command " +
                                                    request.execute.substr(0, limits::kShownBytes) +
                                                    " has not been found");
    const Agent& agent = context.agent;
    const Result<void> checked =
        check(agent.filter(), command->name, command->group, agent.frozen());
    if (!checked) return fail(checked.error());
    if (!agent.frozen()) audit(command->name);
    return command->run(context, request.arguments);
}

}  // namespace hypnos::agent::commands
