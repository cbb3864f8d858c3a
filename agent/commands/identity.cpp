// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the guest is called, what it runs, where it is, who is there.

#include "agent/system/identity/identity.hpp"

#include <array>
#include <ctime>
#include <utility>

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/system/identity/os_release.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

/// Members of the reply, and what os-release(5) calls them.
constexpr std::array<std::pair<const char*, const char*>, 7> kOsMembers = {{
    {"id", "ID"},
    {"name", "NAME"},
    {"pretty-name", "PRETTY_NAME"},
    {"version", "VERSION"},
    {"version-id", "VERSION_ID"},
    {"variant", "VARIANT"},
    {"variant-id", "VARIANT_ID"},
}};

}  // namespace

CommandResult guest_get_host_name(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return Json::object({{"host-name", read_host_name(context.agent.root())}});
}

CommandResult guest_get_osinfo(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const KernelNames kernel = read_kernel_names(context.agent.root());
    Json result = Json::object({{"kernel-release", kernel.release},
                                {"kernel-version", kernel.version},
                                {"machine", kernel.machine}});
    const auto values = parse_os_release(read_os_release(context.agent.root()));
    for (const auto& [member, name] : kOsMembers)
        if (const auto found = values.find(name); found != values.end())
            result.set(member, found->second);
    return result;
}

CommandResult guest_get_timezone(const Context&, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const TimeZone zone = read_time_zone(std::time(nullptr));
    return Json::object({{"zone", zone.abbreviation}, {"offset", zone.offset.count()}});
}

CommandResult guest_get_users(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    Json result = Json::array();
    for (const Login& login : read_logins(context.agent.root()))
        result.append(Json::object({{"user", login.user}, {"login-time", login.since}}));
    return result;
}

}  // namespace hypnos::agent::commands
