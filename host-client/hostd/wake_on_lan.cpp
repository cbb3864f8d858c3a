// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wake_on_lan.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "magic_packet.hpp"

namespace hypnos::hostd {
namespace {

using std::chrono::microseconds;

constexpr microseconds kQuiet{1'000'000};
constexpr std::size_t kMostMacs = 256;
/// A turn of the loop handles no more of them.
constexpr int kMostPackets = 64;

UniqueFd udp_socket(int family) {
    return UniqueFd(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

template <typename Address>
bool bind_to(const UniqueFd& fd, const Address& address) {
    const int on = 1, off = 0;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    return bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Invalid, with errno, if that fails. IPv4 alone is for a kernel without IPv6, not for a port that
/// another program has.
UniqueFd bound_socket(std::uint16_t port) {
    sockaddr_in6 all{};
    all.sin6_family = AF_INET6;
    all.sin6_port = htons(port);
    UniqueFd both = udp_socket(AF_INET6);
    if (both && bind_to(both, all)) return both;
    if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) return UniqueFd();
    UniqueFd four = udp_socket(AF_INET);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    return four && bind_to(four, any) ? std::move(four) : UniqueFd();
}

}  // namespace

Result<std::unique_ptr<WakeOnLan>> WakeOnLan::listen(GMainContext* context, std::uint16_t port,
                                                     Woken woken) {
    UniqueFd socket = bound_socket(port);
    if (socket)
        return std::unique_ptr<WakeOnLan>(
            new WakeOnLan(context, std::move(socket), std::move(woken)));
    return fail("cannot listen for Wake-on-LAN on UDP port " + std::to_string(port) + ": " +
                g_strerror(errno) + "; choose another in hostd.conf, [WakeOnLan] Port=");
}

WakeOnLan::WakeOnLan(GMainContext* context, UniqueFd socket, Woken woken)
    : socket_(std::move(socket)),
      woken_(std::move(woken)),
      source_(glib::watch(context, socket_.get(), G_IO_IN, [this] { drain(); })) {}

std::uint16_t WakeOnLan::port() const {
    sockaddr_in6 address{};  // sockaddr_in has the port in the same place
    socklen_t size = sizeof address;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin6_port);
}

void WakeOnLan::drain() {
    std::array<char, 2048> payload{};
    for (int i = 0; i < kMostPackets; ++i) {
        const ssize_t size = recv(socket_.get(), payload.data(), payload.size(), 0);
        if (size < 0) return;
        const auto mac = mac_in({payload.data(), static_cast<std::size_t>(size)});
        if (mac && is_new(*mac)) woken_(*mac);
    }
}

// In a flood of others one may be told again, rather than not at all.
bool WakeOnLan::is_new(const std::string& mac) {
    const microseconds now(g_get_monotonic_time());
    std::erase_if(lately_, [now](const auto& told) { return now - told.second > kQuiet; });
    if (lately_.size() == kMostMacs && !lately_.contains(mac)) lately_.clear();
    return lately_.emplace(mac, now).second;
}

}  // namespace hypnos::hostd
