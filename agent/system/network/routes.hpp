// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The kernel's routes: /proc/net/route and /proc/net/ipv6_route. Pure.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hypnos::agent {

struct Ipv4Route {
    std::string interface, destination, gateway, mask;
    std::int64_t flags = 0, references = 0, use = 0, metric = 0, mtu = 0, window = 0, irtt = 0;
};

struct Ipv6Route {
    std::string interface, destination, source, next_hop;
    std::int64_t destination_prefix = 0, source_prefix = 0;
    std::int64_t metric = 0, references = 0, use = 0, flags = 0;
};

/// Lines that are no routes are left out, such as the heading.
[[nodiscard]] std::vector<Ipv4Route> parse_ipv4_routes(const std::string& text);
[[nodiscard]] std::vector<Ipv6Route> parse_ipv6_routes(const std::string& text);

}  // namespace hypnos::agent
