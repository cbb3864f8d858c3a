// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/network/routes.hpp"

#include <array>
#include <optional>
#include <utility>

#include "agent/system/network/ip_text.hpp"
#include "sleep/core/number.hpp"
#include "sleep/core/words.hpp"

namespace hypnos::agent {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kIpv4Columns = 11;
constexpr std::size_t kIpv6Columns = 9;  ///< and the interface, if the route has one

/// Of the kernel's 32 bits without a sign, which /proc/net/route writes with one.
std::int64_t decimal(const std::string& word) {
    return static_cast<std::uint32_t>(sleep::whole_number(word).value_or(0));
}

std::int64_t hexadecimal(const std::string& word) {
    return sleep::whole_number<std::uint32_t>(word, 16).value_or(0);
}

/// The kernel writes the four bytes of the network as one number of the machine.
std::optional<std::string> ipv4_address(const std::string& word) {
    const auto address = sleep::whole_number<std::uint32_t>(word, 16);
    return address ? std::optional(ip_text(AF_INET, &*address)) : std::nullopt;
}

std::optional<std::string> ipv6_address(const std::string& word) {
    std::array<std::uint8_t, 16> bytes{};
    if (word.size() != 2 * bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = sleep::whole_number<std::uint8_t>(word.substr(2 * i, 2), 16);
        if (!byte) return std::nullopt;
        bytes[i] = *byte;
    }
    return ip_text(AF_INET6, bytes.data());
}

std::optional<Ipv4Route> ipv4_route(const Words& words) {
    if (words.size() < kIpv4Columns) return std::nullopt;
    const auto destination = ipv4_address(words[1]), gateway = ipv4_address(words[2]),
               mask = ipv4_address(words[7]);
    if (!destination || !gateway || !mask) return std::nullopt;
    return Ipv4Route{.interface = words[0],
                     .destination = *destination,
                     .gateway = *gateway,
                     .mask = *mask,
                     .flags = hexadecimal(words[3]),
                     .references = decimal(words[4]),
                     .use = decimal(words[5]),
                     .metric = decimal(words[6]),
                     .mtu = decimal(words[8]),
                     .window = decimal(words[9]),
                     .irtt = decimal(words[10])};
}

/// Without an interface as the kernel writes it for IPv4: a star.
std::optional<Ipv6Route> ipv6_route(const Words& words) {
    if (words.size() < kIpv6Columns) return std::nullopt;
    const auto destination = ipv6_address(words[0]), source = ipv6_address(words[2]),
               next_hop = ipv6_address(words[4]);
    if (!destination || !source || !next_hop) return std::nullopt;
    return Ipv6Route{.interface = words.size() > kIpv6Columns ? words[kIpv6Columns] : "*",
                     .destination = *destination,
                     .source = *source,
                     .next_hop = *next_hop,
                     .destination_prefix = hexadecimal(words[1]),
                     .source_prefix = hexadecimal(words[3]),
                     .metric = hexadecimal(words[5]),
                     .references = hexadecimal(words[6]),
                     .use = hexadecimal(words[7]),
                     .flags = hexadecimal(words[8])};
}

template <typename Route>
std::vector<Route> routes_in(const std::string& text, std::optional<Route> (*parse)(const Words&)) {
    std::vector<Route> routes;
    for (const Words& words : sleep::lines_of(text))
        if (std::optional<Route> route = parse(words)) routes.push_back(*std::move(route));
    return routes;
}

}  // namespace

std::vector<Ipv4Route> parse_ipv4_routes(const std::string& text) {
    return routes_in<Ipv4Route>(text, ipv4_route);
}

std::vector<Ipv6Route> parse_ipv6_routes(const std::string& text) {
    return routes_in<Ipv6Route>(text, ipv6_route);
}

}  // namespace hypnos::agent
