// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Listens for magic packets on a UDP port, of IPv4 and, where there is it, IPv6.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "glib/source.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::hostd {

class WakeOnLan {
  public:
    using Woken = std::function<void(const std::string& mac)>;

    /// Tells each MAC once a second at most: senders send a packet several times.
    [[nodiscard]] static Result<std::unique_ptr<WakeOnLan>> listen(GMainContext* context,
                                                                   std::uint16_t port, Woken woken);

    [[nodiscard]] std::uint16_t port() const;  ///< that it is bound to

  private:
    WakeOnLan(GMainContext* context, UniqueFd socket, Woken woken);
    void drain();
    [[nodiscard]] bool is_new(const std::string& mac);

    UniqueFd socket_;
    Woken woken_;
    std::map<std::string, std::chrono::microseconds> lately_;
    glib::Source source_;
};

}  // namespace hypnos::hostd
