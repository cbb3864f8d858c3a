// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The guest's network: interfaces and routes.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/system/network/interfaces.hpp"
#include "agent/system/network/routes.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

/// Of either IP; a reply with more than these is more than clients take, and than memory is for.
constexpr std::size_t kRoutesMax = 16384;

Json shown(const InterfaceAddress& address) {
    const bool ipv6 = address.family == InterfaceAddress::Family::Ipv6;
    return Json::object({{"ip-address-type", ipv6 ? "ipv6" : "ipv4"},
                         {"ip-address", address.text},
                         {"prefix", address.prefix}});
}

Json shown(const Traffic& traffic) {
    const auto& [received, sent] = traffic;
    return Json::object({{"rx-bytes", received.bytes},
                         {"rx-packets", received.packets},
                         {"rx-errs", received.errors},
                         {"rx-dropped", received.dropped},
                         {"tx-bytes", sent.bytes},
                         {"tx-packets", sent.packets},
                         {"tx-errs", sent.errors},
                         {"tx-dropped", sent.dropped}});
}

Json shown(const Interface& interface) {
    Json result = Json::object({{"name", interface.name}});
    if (interface.hardware_address) result.set("hardware-address", *interface.hardware_address);
    Json addresses = Json::array();
    for (const InterfaceAddress& address : interface.addresses) addresses.append(shown(address));
    if (!interface.addresses.empty()) result.set("ip-addresses", addresses);
    if (interface.traffic) result.set("statistics", shown(*interface.traffic));
    return result;
}

Json shown(const Ipv4Route& route) {
    return Json::object({{"iface", route.interface},
                         {"destination", route.destination},
                         {"gateway", route.gateway},
                         {"mask", route.mask},
                         {"metric", route.metric},
                         {"flags", route.flags},
                         {"refcnt", route.references},
                         {"use", route.use},
                         {"mtu", route.mtu},
                         {"window", route.window},
                         {"irtt", route.irtt},
                         {"version", 4}});
}

/// Lengths of prefixes are strings in QEMU's schema.
Json shown(const Ipv6Route& route) {
    return Json::object({{"iface", route.interface},
                         {"destination", route.destination},
                         {"desprefixlen", std::to_string(route.destination_prefix)},
                         {"source", route.source},
                         {"srcprefixlen", std::to_string(route.source_prefix)},
                         {"nexthop", route.next_hop},
                         {"metric", route.metric},
                         {"flags", route.flags},
                         {"refcnt", route.references},
                         {"use", route.use},
                         {"version", 6}});
}

Result<Json> list_interfaces(const Root& root) {
    const Result<std::vector<Interface>> interfaces = read_interfaces(root);
    if (!interfaces) return fail(interfaces.error());
    Json result = Json::array();
    for (const Interface& interface : *interfaces) result.append(shown(interface));
    return result;
}

template <typename Route>
Result<void> append(Json& result, const std::vector<Route>& routes) {
    if (routes.size() > kRoutesMax)
        return fail("cannot list the routes: there are " + std::to_string(routes.size()) +
                    ", and a reply has no more than " + std::to_string(kRoutesMax));
    for (const Route& route : routes) result.append(shown(route));
    return {};
}

/// A kernel without IPv6 has no file for it.
Result<Json> list_routes(const Root& root) {
    const Result<std::string> ipv4 = root.load("/proc/net/route");
    if (!ipv4) return fail(ipv4.error());
    Json result = Json::array();
    Result<void> done = append(result, parse_ipv4_routes(*ipv4));
    if (done) done = append(result, parse_ipv6_routes(root.text("/proc/net/ipv6_route")));
    if (!done) return fail(done.error());
    return result;
}

}  // namespace

CommandResult guest_network_get_interfaces(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(context, "list the network interfaces",
                   [root = context.agent.root()] { return list_interfaces(root); });
}

CommandResult guest_network_get_route(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(context, "list the routes",
                   [root = context.agent.root()] { return list_routes(root); });
}

}  // namespace hypnos::agent::commands
