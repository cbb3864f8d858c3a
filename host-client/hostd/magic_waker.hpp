// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Wakes the guest whose MAC a Wake-on-LAN packet names.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "glib/worker.hpp"
#include "wake_on_lan.hpp"
#include "world.hpp"

namespace hypnos::hostd {

class MagicWaker {
  public:
    [[nodiscard]] static Result<std::unique_ptr<MagicWaker>> listen(std::uint16_t port,
                                                                    World world);

    [[nodiscard]] std::uint16_t port() const { return socket_->port(); }

  private:
    explicit MagicWaker(World world) : world_(std::move(world)) {}
    void packet_came(const std::string& mac);
    void look();
    void found(const Found& found);
    void wake(const GuestSpec& guest);

    World world_;
    std::unique_ptr<WakeOnLan> socket_;
    glib::Worker<Found> finder_;
    bool looking_ = false;
    std::vector<std::string> wanted_;                              ///< MACs
    std::map<std::string, std::shared_ptr<CarriedGuest>> waking_;  ///< by name
};

}  // namespace hypnos::hostd
