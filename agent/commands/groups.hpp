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

// preflight.cpp
CommandResult hypnos_preflight(const Context& context, const Json& arguments);
CommandResult hypnos_capabilities(const Context& context, const Json& arguments);

// events.cpp
CommandResult hypnos_status(const Context& context, const Json& arguments);
CommandResult hypnos_events(const Context& context, const Json& arguments);
CommandResult hypnos_subscribe(const Context& context, const Json& arguments);
CommandResult hypnos_unsubscribe(const Context& context, const Json& arguments);

}  // namespace hypnos::agent::commands
