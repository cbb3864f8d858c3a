// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One of the agent's two ports: opens its device or listens, and does so again whenever the device
// goes and comes back.

#pragma once

#include <functional>

#include "agent/system/port/connection.hpp"
#include "agent/system/port/endpoint.hpp"
#include "sleep/system/path_watch.hpp"

namespace hypnos::agent {

using namespace sleep;

class Port {
  public:
    /// What a new connection is for the agent; it says when it has ended.
    using Opened = std::function<void(UniqueFd fd, Connection::Kind kind, glib::Callback ended)>;

    Port(Endpoint endpoint, Opened opened);

    /// Listens, or opens the device, or waits until there is one. Fails only where waiting would be
    /// of no use: a listening address that cannot be had.
    [[nodiscard]] Result<void> open();

    [[nodiscard]] const std::string& path() const { return endpoint_.path; }

  private:
    Result<void> listen();
    void try_device();
    void watch_listener();
    void accept();
    void rest();

    Endpoint endpoint_;
    Opened opened_;
    std::string last_complaint_;
    UniqueFd listener_;
    glib::Source listening_, later_;
    PathWatch path_watch_;
};

}  // namespace hypnos::agent
