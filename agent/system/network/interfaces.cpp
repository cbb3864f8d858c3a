// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/network/interfaces.hpp"

#include <glib.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "agent/system/network/ip_text.hpp"

namespace hypnos::agent {
namespace {

constexpr std::size_t kHardwareBytes = 6;  ///< clients expect no more

/// `T`: what an address of this family is, by copy; the kernel aligns for itself alone.
template <typename T>
T as(const sockaddr* address) {
    T copy{};
    std::memcpy(&copy, address, sizeof copy);
    return copy;
}

template <typename Bytes>
int ones(const Bytes& mask) {
    std::array<unsigned char, sizeof mask> bytes{};
    std::memcpy(bytes.data(), &mask, sizeof mask);
    int count = 0;
    for (const unsigned char byte : bytes) count += std::popcount(byte);
    return count;
}

std::optional<InterfaceAddress> address_of(const ifaddrs& entry) {
    using Family = InterfaceAddress::Family;
    const bool masked = entry.ifa_netmask != nullptr;
    if (entry.ifa_addr->sa_family == AF_INET) {
        const in_addr address = as<sockaddr_in>(entry.ifa_addr).sin_addr;
        const int prefix = masked ? ones(as<sockaddr_in>(entry.ifa_netmask).sin_addr) : 32;
        return InterfaceAddress{Family::Ipv4, ip_text(AF_INET, &address), prefix};
    }
    if (entry.ifa_addr->sa_family == AF_INET6) {
        const in6_addr address = as<sockaddr_in6>(entry.ifa_addr).sin6_addr;
        const int prefix = masked ? ones(as<sockaddr_in6>(entry.ifa_netmask).sin6_addr) : 128;
        return InterfaceAddress{Family::Ipv6, ip_text(AF_INET6, &address), prefix};
    }
    return std::nullopt;
}

/// Of an interface with addresses as Ethernet's; of InfiniBand's longer ones the first bytes.
std::optional<std::string> hardware_address_of(const ifaddrs& entry) {
    if (entry.ifa_addr->sa_family != AF_PACKET) return std::nullopt;
    const auto link = as<sockaddr_ll>(entry.ifa_addr);
    if (link.sll_halen < kHardwareBytes) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < kHardwareBytes; ++i) {
        std::array<char, 4> byte{};
        g_snprintf(byte.data(), byte.size(), i == 0 ? "%02x" : ":%02x", link.sll_addr[i]);
        text += byte.data();
    }
    return text;
}

Interface& named(std::vector<Interface>& interfaces, const std::string& name) {
    const auto found = std::find_if(interfaces.begin(), interfaces.end(),
                                    [&](const Interface& each) { return each.name == name; });
    return found != interfaces.end() ? *found : interfaces.emplace_back(Interface{name});
}

void give_aliases_hardware_addresses(std::vector<Interface>& interfaces) {
    for (Interface& alias : interfaces) {
        const std::size_t colon = alias.name.find(':');
        if (colon == std::string::npos) continue;
        const std::string base = alias.name.substr(0, colon);
        for (const Interface& each : interfaces)
            if (each.name == base) alias.hardware_address = each.hardware_address;
    }
}

}  // namespace

std::vector<Interface> collect_interfaces(const ifaddrs* entries,
                                          const std::map<std::string, Traffic>& traffic) {
    std::vector<Interface> interfaces;
    for (const ifaddrs* entry = entries; entry != nullptr; entry = entry->ifa_next) {
        Interface& interface = named(interfaces, entry->ifa_name);
        if (entry->ifa_addr == nullptr) continue;
        if (const auto address = address_of(*entry)) interface.addresses.push_back(*address);
        if (const auto hardware = hardware_address_of(*entry))
            interface.hardware_address = hardware;
    }
    for (Interface& interface : interfaces)
        if (const auto found = traffic.find(interface.name); found != traffic.end())
            interface.traffic = found->second;
    give_aliases_hardware_addresses(interfaces);
    return interfaces;
}

Result<std::vector<Interface>> read_interfaces(const sleep::Root& root) {
    ifaddrs* entries = nullptr;
    if (getifaddrs(&entries) != 0)
        return fail(std::string("cannot list the network interfaces: ") + g_strerror(errno));
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(entries, freeifaddrs);
    return collect_interfaces(entries, parse_traffic(root.text("/proc/net/dev")));
}

}  // namespace hypnos::agent
