// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the table refers to; a file for each group.

#pragma once

#include "agent/commands/table.hpp"

namespace hypnos::agent::commands {

// session.cpp
CommandResult guest_sync(const Context& context, const Json& arguments);
CommandResult guest_sync_delimited(const Context& context, const Json& arguments);
CommandResult guest_ping(const Context& context, const Json& arguments);
CommandResult guest_info(const Context& context, const Json& arguments);

// time.cpp
CommandResult guest_get_time(const Context& context, const Json& arguments);
CommandResult guest_set_time(const Context& context, const Json& arguments);

// cpus.cpp
CommandResult guest_get_vcpus(const Context& context, const Json& arguments);
CommandResult guest_set_vcpus(const Context& context, const Json& arguments);
CommandResult guest_get_cpustats(const Context& context, const Json& arguments);
CommandResult guest_get_load(const Context& context, const Json& arguments);

// memory_blocks.cpp
CommandResult guest_get_memory_blocks(const Context& context, const Json& arguments);
CommandResult guest_set_memory_blocks(const Context& context, const Json& arguments);
CommandResult guest_get_memory_block_info(const Context& context, const Json& arguments);

// network.cpp
CommandResult guest_network_get_interfaces(const Context& context, const Json& arguments);
CommandResult guest_network_get_route(const Context& context, const Json& arguments);

// identity.cpp
CommandResult guest_get_host_name(const Context& context, const Json& arguments);
CommandResult guest_get_osinfo(const Context& context, const Json& arguments);
CommandResult guest_get_timezone(const Context& context, const Json& arguments);
CommandResult guest_get_users(const Context& context, const Json& arguments);
// exec.cpp
CommandResult guest_exec(const Context& context, const Json& arguments);
CommandResult guest_exec_status(const Context& context, const Json& arguments);

// files.cpp
CommandResult guest_file_open(const Context& context, const Json& arguments);
CommandResult guest_file_close(const Context& context, const Json& arguments);
CommandResult guest_file_read(const Context& context, const Json& arguments);
CommandResult guest_file_write(const Context& context, const Json& arguments);
CommandResult guest_file_seek(const Context& context, const Json& arguments);
CommandResult guest_file_flush(const Context& context, const Json& arguments);

// power.cpp
CommandResult guest_shutdown(const Context& context, const Json& arguments);

// ssh_keys.cpp
CommandResult guest_ssh_get_authorized_keys(const Context& context, const Json& arguments);
CommandResult guest_ssh_add_authorized_keys(const Context& context, const Json& arguments);
CommandResult guest_ssh_remove_authorized_keys(const Context& context, const Json& arguments);
// filesystems.cpp
CommandResult guest_get_fsinfo(const Context& context, const Json& arguments);
CommandResult guest_fstrim(const Context& context, const Json& arguments);

// freeze.cpp
CommandResult guest_fsfreeze_status(const Context& context, const Json& arguments);
CommandResult guest_fsfreeze_freeze(const Context& context, const Json& arguments);
CommandResult guest_fsfreeze_freeze_list(const Context& context, const Json& arguments);
CommandResult guest_fsfreeze_thaw(const Context& context, const Json& arguments);

// disks.cpp
CommandResult guest_get_disks(const Context& context, const Json& arguments);
CommandResult guest_get_diskstats(const Context& context, const Json& arguments);

// suspend.cpp
CommandResult guest_suspend_ram(const Context& context, const Json& arguments);
CommandResult guest_suspend_disk(const Context& context, const Json& arguments);
CommandResult guest_suspend_hybrid(const Context& context, const Json& arguments);
CommandResult hypnos_suspend(const Context& context, const Json& arguments);
CommandResult hypnos_cancel(const Context& context, const Json& arguments);
CommandResult hypnos_rehearse(const Context& context, const Json& arguments);

// users.cpp
CommandResult guest_set_user_password(const Context& context, const Json& arguments);

// preflight.cpp
CommandResult hypnos_preflight(const Context& context, const Json& arguments);
CommandResult hypnos_capabilities(const Context& context, const Json& arguments);

// events.cpp
CommandResult hypnos_status(const Context& context, const Json& arguments);
CommandResult hypnos_events(const Context& context, const Json& arguments);
CommandResult hypnos_subscribe(const Context& context, const Json& arguments);
CommandResult hypnos_unsubscribe(const Context& context, const Json& arguments);

}  // namespace hypnos::agent::commands
