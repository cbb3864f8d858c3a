// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One virConnect, from its opening to its end.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "hypnos/protocol/error.hpp"
#include "libvirt/handles.hpp"

namespace hypnos::libvirt {

/// Thread-safe. Whatever libvirt hands out for it is freed before the last reference to it goes:
/// libvirt asks the daemon when it closes, which is done on a thread of its own.
class Link : public std::enable_shared_from_this<Link> {
  public:
    using Listener = std::function<void()>;

    /// Blocks, for minutes if the host is gone.
    [[nodiscard]] static Result<std::shared_ptr<Link>> open(const std::string& uri);
    ~Link();

    [[nodiscard]] virConnectPtr get() const { return connection_; }
    [[nodiscard]] bool alive() const;

    /// `listener` is called once, from the event thread, when the connection is lost, or at once if
    /// it is already. It may still be called while forget() runs.
    int on_lost(Listener listener);
    void forget(int id);

  private:
    explicit Link(virConnectPtr connection) : connection_(connection) {}
    void watch();
    static void closed(virConnectPtr connection, int reason, void* opaque);
    void lost();

    virConnectPtr connection_;
    mutable std::mutex mutex_;
    bool alive_ = true;
    int last_id_ = 0;
    std::map<int, Listener> listeners_;
};

}  // namespace hypnos::libvirt
