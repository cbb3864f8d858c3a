// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One virConnect, from its opening to its end.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "hypnos/protocol/error.hpp"
#include "libvirt/handles.hpp"

namespace hypnos::libvirt {

/// Thread-safe. Whatever libvirt hands out for it is freed before the last reference to it goes:
/// libvirt asks the daemon when it closes, which is done on a thread of its own.
class Link : public std::enable_shared_from_this<Link> {
  public:
    /// Called from the event thread; each may be empty.
    struct Listener {
        std::function<void()> lost;  ///< the connection; once, and at once if it is lost already
        std::string domain;          ///< whose lifecycle
        std::function<void(int event, int detail)> lifecycle;
    };

    /// Whether listeners hear of lifecycles: of all domains, so not every link should ask for it.
    enum class Lifecycles { Unheard, Heard };

    /// Blocks, for minutes if the host is gone. Errors are Unreachable.
    [[nodiscard]] static Result<std::shared_ptr<Link>> open(const std::string& uri,
                                                            Lifecycles lifecycles);
    ~Link();

    [[nodiscard]] virConnectPtr get() const { return connection_; }
    [[nodiscard]] const std::string& uri() const { return uri_; }
    [[nodiscard]] bool alive() const;

    int listen(Listener listener);
    /// The listener may still be called meanwhile.
    void forget(int id);

  private:
    using Watcher = std::weak_ptr<Link>;

    Link(virConnectPtr connection, std::string uri)
        : connection_(connection), uri_(std::move(uri)) {}
    void watch_connection();
    void watch_domains();
    void lost();
    void lifecycle(const std::string& domain, int event, int detail);
    static void on_closed(virConnectPtr connection, int reason, void* opaque);
    static int on_lifecycle(virConnectPtr connection, virDomainPtr domain, int event, int detail,
                            void* opaque);

    virConnectPtr connection_;
    std::string uri_;
    int registration_ = -1;
    std::unique_ptr<Watcher> watcher_;
    mutable std::mutex mutex_;
    bool alive_ = true;
    int last_id_ = 0;
    std::map<int, Listener> listeners_;
};

/// Listens as long as it lives.
class Listening {
  public:
    Listening(std::shared_ptr<Link> link, Link::Listener listener)
        : link_(std::move(link)), id_(link_->listen(std::move(listener))) {}
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() { link_->forget(id_); }

    [[nodiscard]] bool alive() const { return link_->alive(); }

  private:
    std::shared_ptr<Link> link_;
    int id_;
};

}  // namespace hypnos::libvirt
