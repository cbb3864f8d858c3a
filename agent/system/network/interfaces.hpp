// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Network interfaces and their addresses: getifaddrs(3), which has an entry for each address.

#pragma once

#include <ifaddrs.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/system/network/traffic.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

struct InterfaceAddress {
    enum class Family { Ipv4, Ipv6 };
    Family family = Family::Ipv4;
    std::string text;
    int prefix = 0;
};

/// An IPv4 address with a label makes an interface of its own, an alias such as eth0:1: clients know
/// how to put it back.
struct Interface {
    std::string name;
    std::optional<std::string> hardware_address;
    std::vector<InterfaceAddress> addresses;
    std::optional<Traffic> traffic;
};

/// In the order of their first entries. Pure.
[[nodiscard]] std::vector<Interface> collect_interfaces(
    const ifaddrs* entries, const std::map<std::string, Traffic>& traffic);

/// Of the network namespace one is in; `root` only has the traffic.
[[nodiscard]] Result<std::vector<Interface>> read_interfaces(const sleep::Root& root);

}  // namespace hypnos::agent
