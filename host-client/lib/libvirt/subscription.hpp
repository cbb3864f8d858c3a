// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The lifecycle events of one domain.

#pragma once

#include <functional>
#include <memory>

#include "libvirt/connection.hpp"

namespace hypnos::libvirt {

/// May be destroyed on any thread; a handler may still be called meanwhile.
class Subscription {
  public:
    /// Called from the event thread.
    struct Handlers {
        std::function<void(int event, int detail)> lifecycle;
        std::function<void()> lost;  ///< the connection
    };

    /// Blocks.
    [[nodiscard]] static Result<std::shared_ptr<Subscription>> make(
        const std::shared_ptr<Connection>& connection, const std::string& domain,
        const Handlers& handlers);
    ~Subscription();

    [[nodiscard]] bool alive() const { return link_->alive(); }

  private:
    Subscription(std::shared_ptr<Connection> connection, std::shared_ptr<Link> link, int callback)
        : connection_(std::move(connection)), link_(std::move(link)), callback_(callback) {}

    std::shared_ptr<Connection> connection_;
    std::shared_ptr<Link> link_;
    int callback_;
    int listener_ = 0;
};

}  // namespace hypnos::libvirt
