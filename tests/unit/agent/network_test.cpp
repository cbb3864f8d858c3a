// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Interfaces, what goes through them, and routes.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netpacket/packet.h>

#include <cstring>
#include <list>

#include "agent/system/network/interfaces.hpp"
#include "agent/system/network/routes.hpp"
#include "agent/system/network/traffic.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kHeadings =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n";

/// Entries as getifaddrs(3) makes them.
class Entries {
  public:
    void add(const char* name) { entry(name).ifa_addr = nullptr; }

    void add_ipv4(const char* name, const char* address, const char* mask) {
        ifaddrs& added = entry(name);
        added.ifa_addr = ipv4(address);
        if (mask != nullptr) added.ifa_netmask = ipv4(mask);
    }

    void add_ipv6(const char* name, const char* address, const char* mask) {
        ifaddrs& added = entry(name);
        added.ifa_addr = ipv6(address);
        added.ifa_netmask = ipv6(mask);
    }

    void add_link(const char* name, const std::vector<unsigned char>& address) {
        sockaddr_ll link{};
        link.sll_family = AF_PACKET;
        link.sll_halen = static_cast<unsigned char>(address.size());
        std::memcpy(link.sll_addr, address.data(), std::min(address.size(), sizeof link.sll_addr));
        entry(name).ifa_addr = keep(link);
    }

    [[nodiscard]] const ifaddrs* first() const {
        return entries_.empty() ? nullptr : &entries_.front();
    }

  private:
    ifaddrs& entry(const char* name) {
        names_.emplace_back(name);
        ifaddrs added{};
        added.ifa_name = names_.back().data();
        entries_.push_back(added);
        if (entries_.size() > 1) std::prev(entries_.end(), 2)->ifa_next = &entries_.back();
        return entries_.back();
    }
    template <typename T>
    sockaddr* keep(const T& address) {
        sockaddr_storage& kept = addresses_.emplace_back();
        std::memcpy(&kept, &address, sizeof address);
        return reinterpret_cast<sockaddr*>(&kept);
    }
    sockaddr* ipv4(const char* text) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        inet_pton(AF_INET, text, &address.sin_addr);
        return keep(address);
    }
    sockaddr* ipv6(const char* text) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        inet_pton(AF_INET6, text, &address.sin6_addr);
        return keep(address);
    }

    std::list<std::string> names_;
    std::list<sockaddr_storage> addresses_;
    std::list<ifaddrs> entries_;
};

TEST(Interfaces, HaveAllTheirAddresses) {
    Entries entries;
    entries.add_link("lo", {0, 0, 0, 0, 0, 0});
    entries.add_link("eth0", {0x02, 0xfc, 0, 0, 0, 0x0a});
    entries.add_ipv4("lo", "127.0.0.1", "255.0.0.0");
    entries.add_ipv4("eth0", "192.0.2.2", "255.255.255.0");
    entries.add_ipv6("eth0", "fe80::1", "ffff:ffff:ffff:ffff::");
    const auto interfaces = collect_interfaces(entries.first(), {});
    ASSERT_EQ(interfaces.size(), 2U);
    EXPECT_EQ(interfaces[0].name, "lo");
    EXPECT_EQ(interfaces[0].hardware_address, "00:00:00:00:00:00");
    const Interface& eth0 = interfaces[1];
    EXPECT_EQ(eth0.hardware_address, "02:fc:00:00:00:0a");
    ASSERT_EQ(eth0.addresses.size(), 2U);
    EXPECT_EQ(eth0.addresses[0].family, InterfaceAddress::Family::Ipv4);
    EXPECT_EQ(eth0.addresses[0].text, "192.0.2.2");
    EXPECT_EQ(eth0.addresses[0].prefix, 24);
    EXPECT_EQ(eth0.addresses[1].family, InterfaceAddress::Family::Ipv6);
    EXPECT_EQ(eth0.addresses[1].text, "fe80::1");
    EXPECT_EQ(eth0.addresses[1].prefix, 64);
}

TEST(Interfaces, AnAliasStandsForItselfWithTheHardwareAddressOfItsInterface) {
    Entries entries;
    entries.add_ipv4("eth0:1", "192.0.2.3", "255.255.255.255");
    entries.add_link("eth0", {1, 2, 3, 4, 5, 6});
    const auto interfaces = collect_interfaces(entries.first(), {{"eth0", {}}});
    ASSERT_EQ(interfaces.size(), 2U);
    EXPECT_EQ(interfaces[0].name, "eth0:1");
    EXPECT_EQ(interfaces[0].hardware_address, "01:02:03:04:05:06");
    EXPECT_FALSE(interfaces[0].traffic);
    EXPECT_TRUE(interfaces[1].addresses.empty());
    EXPECT_TRUE(interfaces[1].traffic);
}

TEST(Interfaces, HardwareAddressesAreThoseOfEthernet) {
    Entries entries;
    entries.add_link("tun0", {});
    entries.add_link("gre0", {192, 0, 2, 1});
    entries.add_link("ib0",
                     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    const auto interfaces = collect_interfaces(entries.first(), {});
    ASSERT_EQ(interfaces.size(), 3U);
    EXPECT_FALSE(interfaces[0].hardware_address);
    EXPECT_FALSE(interfaces[1].hardware_address);
    EXPECT_EQ(interfaces[2].hardware_address, "01:02:03:04:05:06");
}

TEST(Interfaces, WithoutAddressOrMask) {
    Entries entries;
    entries.add("ppp0");
    entries.add_ipv4("ppp1", "192.0.2.4", nullptr);
    const auto interfaces = collect_interfaces(entries.first(), {});
    ASSERT_EQ(interfaces.size(), 2U);
    EXPECT_TRUE(interfaces[0].addresses.empty());
    ASSERT_EQ(interfaces[1].addresses.size(), 1U);
    EXPECT_EQ(interfaces[1].addresses[0].prefix, 32);
    EXPECT_TRUE(collect_interfaces(nullptr, {}).empty());
}

TEST(TrafficTable, HasBothWaysOfEachInterface) {
    const auto traffic = parse_traffic(std::string(kHeadings) +
                                       "    lo: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
                                       "  eth0:11 12 13 14 0 0 0 0 15 16 17 18 0 0 0 0\n");
    ASSERT_EQ(traffic.size(), 2U);
    const auto& [received, sent] = traffic.at("eth0");
    EXPECT_EQ(received.bytes, 11);
    EXPECT_EQ(received.packets, 12);
    EXPECT_EQ(received.errors, 13);
    EXPECT_EQ(received.dropped, 14);
    EXPECT_EQ(sent.bytes, 15);
    EXPECT_EQ(sent.packets, 16);
    EXPECT_EQ(sent.errors, 17);
    EXPECT_EQ(sent.dropped, 18);
}

TEST(TrafficTable, LinesThatAreNoneAreLeftOut) {
    for (const char* text : {"", ":", "eth0:", "eth0: 1 2 3", "a b: 1 2 3 4 0 0 0 0 5 6 7 8",
                             ": 1 2 3 4 0 0 0 0 5 6 7 8"})
        EXPECT_TRUE(parse_traffic(text).empty()) << text;
}

std::string network_number(const char* address) {
    in_addr bytes{};
    inet_pton(AF_INET, address, &bytes);
    std::array<char, 9> text{};
    std::snprintf(text.data(), text.size(), "%08X", bytes.s_addr);
    return text.data();
}

TEST(Routes, OfIpv4) {
    const auto routes = parse_ipv4_routes(
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT  \n"
        "eth0\t00000000\t" +
        network_number("192.0.2.1") + "\t0003\t1\t2\t-1\t" + network_number("255.255.255.0") +
        "\t1500\t4\t5\n");
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].interface, "eth0");
    EXPECT_EQ(routes[0].destination, "0.0.0.0");
    EXPECT_EQ(routes[0].gateway, "192.0.2.1");
    EXPECT_EQ(routes[0].mask, "255.255.255.0");
    EXPECT_EQ(routes[0].flags, 3);
    EXPECT_EQ(routes[0].references, 1);
    EXPECT_EQ(routes[0].use, 2);
    EXPECT_EQ(routes[0].metric, 4294967295) << "the kernel writes it with a sign";
    EXPECT_EQ(routes[0].mtu, 1500);
    EXPECT_EQ(routes[0].window, 4);
    EXPECT_EQ(routes[0].irtt, 5);
}

TEST(Routes, OfIpv6HaveNumbersWithoutSign) {
    const auto routes = parse_ipv6_routes(
        "20010db8000000000000000000000000 20 00000000000000000000000000000000 10 "
        "fe800000000000000000000000000001 ffffffff 00000002 00000003 80200001     eth0\n");
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].interface, "eth0");
    EXPECT_EQ(routes[0].destination, "2001:db8::");
    EXPECT_EQ(routes[0].destination_prefix, 32);
    EXPECT_EQ(routes[0].source, "::");
    EXPECT_EQ(routes[0].source_prefix, 16);
    EXPECT_EQ(routes[0].next_hop, "fe80::1");
    EXPECT_EQ(routes[0].metric, 4294967295);
    EXPECT_EQ(routes[0].references, 2);
    EXPECT_EQ(routes[0].use, 3);
    EXPECT_EQ(routes[0].flags, 0x80200001);
}

TEST(Routes, WithoutAnInterfaceHaveAStar) {
    const std::string zero(32, '0');
    const auto routes = parse_ipv6_routes(zero + " 00 " + zero + " 00 " + zero + " 0 0 0 0 \n");
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].interface, "*");
}

TEST(Routes, LinesThatAreNoneAreLeftOut) {
    const std::string zero(32, '0');
    for (const std::string& text :
         {std::string(), std::string("\n\n"), std::string("eth0 0 0"),
          std::string("eth0 x 0 0 0 0 0 0 0 0 0"), std::string("eth0 100000000 0 0 0 0 0 0 0 0 0")})
        EXPECT_TRUE(parse_ipv4_routes(text).empty()) << text;
    for (const std::string& text :
         {std::string(), zero, std::string(31, '0') + " 00 " + zero + " 00 " + zero + " 0 0 0 0",
          std::string(32, 'x') + " 00 " + zero + " 00 " + zero + " 0 0 0 0"})
        EXPECT_TRUE(parse_ipv6_routes(text).empty()) << text;
}

}  // namespace
}  // namespace hypnos::agent
