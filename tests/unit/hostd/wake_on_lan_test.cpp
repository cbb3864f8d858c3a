// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wake_on_lan.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <vector>

#include "magic_packet.hpp"
#include "magic_waker.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/unit/hostd/fake_world.hpp"

namespace hypnos::hostd {
namespace {

const std::string kMac("\x52\x54\x00\x12\x34\x56", 6);
constexpr const char* kText = "52:54:00:12:34:56";

std::string magic(const std::string& mac, int times = 16) {
    std::string packet(6, '\xFF');
    for (int i = 0; i < times; ++i) packet += mac;
    return packet;
}

TEST(MagicPacket, HasItsMac) { EXPECT_EQ(mac_in(magic(kMac)), kText); }

TEST(MagicPacket, MayBeAnywhereAndHaveAPassword) {
    EXPECT_EQ(mac_in("before" + magic(kMac) + "secret"), kText);
    EXPECT_EQ(mac_in("\xFF\xFF\xFF" + magic(kMac)), kText) << "more of them than six";
    EXPECT_EQ(mac_in(magic("abcdef", 3) + magic(kMac)), kText) << "after one that was none";
}

TEST(MagicPacket, AnythingLessIsNone) {
    EXPECT_FALSE(mac_in(""));
    EXPECT_FALSE(mac_in(magic(kMac, 15)));
    EXPECT_FALSE(mac_in(magic(kMac).substr(1)));
    std::string wrong = magic(kMac);
    wrong[60] = 'x';
    EXPECT_FALSE(mac_in(wrong));
    EXPECT_FALSE(mac_in(std::string(2048, '\xFF'))) << "the address of everybody wakes nobody";
}

void send_to(std::uint16_t port, const std::string& payload) {
    const UniqueFd sender(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(sendto(sender.get(), payload.data(), payload.size(), 0,
                     reinterpret_cast<const sockaddr*>(&there), sizeof there),
              static_cast<ssize_t>(payload.size()));
}

TEST(WakeOnLan, TellsAMacOnce) {
    std::vector<std::string> told;
    const auto listening =
        WakeOnLan::listen(nullptr, 0, [&](const std::string& mac) { told.push_back(mac); });
    ASSERT_TRUE(listening) << listening.error().message;
    for (const std::string& payload :
         {std::string("noise"), magic(kMac), magic(kMac), magic("abcdef")})
        send_to((*listening)->port(), payload);
    ASSERT_TRUE(test::run_until([&] { return told.size() == 2; }));
    test::run_until_quiet();
    EXPECT_EQ(told, (std::vector<std::string>{kText, "61:62:63:64:65:66"}));
}

TEST(WakeOnLan, HearsOverIPv6) {
    std::vector<std::string> told;
    const auto listening =
        WakeOnLan::listen(nullptr, 0, [&](const std::string& mac) { told.push_back(mac); });
    ASSERT_TRUE(listening) << listening.error().message;
    const UniqueFd sender(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 there{};
    there.sin6_family = AF_INET6;
    there.sin6_port = htons((*listening)->port());
    there.sin6_addr = in6addr_loopback;
    const std::string packet = magic(kMac);
    if (!sender || sendto(sender.get(), packet.data(), packet.size(), 0,
                          reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0)
        GTEST_SKIP() << "this machine has no IPv6";
    ASSERT_TRUE(test::run_until([&] { return !told.empty(); }));
    EXPECT_EQ(told, std::vector<std::string>{kText});
}

TEST(WakeOnLan, OtherDatagramsDoNotStopIt) {
    std::vector<std::string> told;
    const auto listening =
        WakeOnLan::listen(nullptr, 0, [&](const std::string& mac) { told.push_back(mac); });
    ASSERT_TRUE(listening) << listening.error().message;
    for (const std::string& payload : {std::string(), std::string(60'000, '\xFF')})
        send_to((*listening)->port(), payload);
    for (int i = 0; i < 100; ++i) send_to((*listening)->port(), "x");
    send_to((*listening)->port(), magic(kMac));
    g_main_context_iteration(nullptr, FALSE);
    EXPECT_TRUE(told.empty()) << "others of the loop had no turn";
    ASSERT_TRUE(test::run_until([&] { return !told.empty(); }));
    EXPECT_EQ(told, std::vector<std::string>{kText});
}

TEST(WakeOnLan, AFloodOfOthersHidesNone) {
    std::vector<std::string> told;
    const auto listening =
        WakeOnLan::listen(nullptr, 0, [&](const std::string& mac) { told.push_back(mac); });
    ASSERT_TRUE(listening) << listening.error().message;
    for (int i = 0; i < 300; ++i) {
        std::string mac = kMac;
        mac[1] = static_cast<char>(i / 100);
        mac[2] = static_cast<char>(i % 100);
        send_to((*listening)->port(), magic(mac));
        g_main_context_iteration(nullptr, FALSE);
    }
    send_to((*listening)->port(), magic(kMac));
    ASSERT_TRUE(test::run_until([&] { return !told.empty() && told.back() == kText; }));
    EXPECT_EQ(told.size(), 301U);
}

TEST(WakeOnLan, APortThatIsTakenOfIPv6AloneIsAnError) {
    const UniqueFd taken(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!taken) GTEST_SKIP() << "this machine has no IPv6";
    const int on = 1;
    setsockopt(taken.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    ASSERT_EQ(bind(taken.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    socklen_t size = sizeof any;
    getsockname(taken.get(), reinterpret_cast<sockaddr*>(&any), &size);
    EXPECT_FALSE(WakeOnLan::listen(nullptr, ntohs(any.sin6_port), [](const auto&) {}));
}

TEST(WakeOnLan, APortThatIsTakenIsAnError) {
    const UniqueFd taken(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    ASSERT_EQ(bind(taken.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    socklen_t size = sizeof any;
    getsockname(taken.get(), reinterpret_cast<sockaddr*>(&any), &size);
    const auto listening = WakeOnLan::listen(nullptr, ntohs(any.sin6_port), [](const auto&) {});
    ASSERT_FALSE(listening);
    EXPECT_NE(listening.error().message.find(std::to_string(ntohs(any.sin6_port))),
              std::string::npos);
}

TEST(MagicWaker, WakesTheGuestWithThatMacAndNoOther) {
    FakeWorld world;
    world.add("web").spec.macs = {kText};
    world.add("db").spec.macs = {"52:54:00:00:00:01"};
    const auto waker = MagicWaker::listen(0, world.world());
    ASSERT_TRUE(waker) << waker.error().message;
    send_to((*waker)->port(), magic(kMac));
    ASSERT_TRUE(test::run_until([&] { return world.guests["web"].attempts == 1; }));
    EXPECT_EQ(world.log, std::vector<std::string>{"wake web"});
}

}  // namespace
}  // namespace hypnos::hostd
