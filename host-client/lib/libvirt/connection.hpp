// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The connection of this process to one URI: its link, opened when first needed, and the threads
// for what blocks on it.
//
// libvirtd serves five requests of a client at once (max_client_requests) and reads nothing more
// from it until one of them ends, not even keepalives. So there are never five: two threads for
// questions, and two agent commands, which may take as long as a guest likes.

#pragma once

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>

#include "hypnos/protocol/error.hpp"
#include "libvirt/link.hpp"
#include "libvirt/threads.hpp"

namespace hypnos::libvirt {

/// A domain, and the link that it is freed before.
struct Domain {
    std::shared_ptr<Link> link;
    Handle<virDomain> handle;

    [[nodiscard]] virDomainPtr get() const { return handle.get(); }
};

/// Blocks. Errors are Unreachable.
[[nodiscard]] Result<Domain> find_domain(const std::shared_ptr<Link>& link,
                                         const std::string& name);

/// Thread-safe.
class Connection {
  public:
    /// The one that is in use, or a new one.
    [[nodiscard]] static std::shared_ptr<Connection> of(const std::string& uri);

    explicit Connection(std::string uri) : uri_(std::move(uri)) {}

    /// Opens the link unless it is open; blocks. Who calls meanwhile waits for the same attempt.
    [[nodiscard]] Result<std::shared_ptr<Link>> link();
    /// Blocks. Errors are Unreachable.
    [[nodiscard]] Result<Domain> find(const std::string& name);

    /// On a thread for questions.
    void run(Threads::Job job) { threads_.run(std::move(job)); }

    [[nodiscard]] const std::string& uri() const { return uri_; }

    /// To be held during an agent command.
    std::counting_semaphore<2> agent_slots{2};

  private:
    struct Opened {
        std::shared_ptr<Link> link;
        std::string error;
    };
    using Attempt = std::shared_future<Opened>;

    Attempt attempt();

    std::string uri_;
    Threads threads_{2};
    std::mutex mutex_;
    Attempt attempt_;
};

}  // namespace hypnos::libvirt
