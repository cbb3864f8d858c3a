// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A domain that is watched, by one user or several: what its monitors share.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/message.hpp"
#include "libvirt/calls.hpp"

namespace hypnos::libvirt {

/// Belongs to the context's thread.
class WatchedDomain : public std::enable_shared_from_this<WatchedDomain> {
  public:
    /// Any of these may be empty, and may destroy any user.
    struct User {
        std::function<void(const Result<void>&)> on_opened;
        std::function<void(const Event&)> on_event;
        std::function<void(const Error&)> on_closed;
    };

    WatchedDomain(GMainContext* context, const GuestSpec& guest);
    ~WatchedDomain() { inbox_->close(); }

    [[nodiscard]] std::shared_ptr<User> join();

    /// Every user's on_opened is called, never from inside.
    void open();
    [[nodiscard]] bool is_open() const { return watch_ && watch_->alive(); }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::shared_ptr<Inbox>& inbox() const { return inbox_; }
    [[nodiscard]] const std::shared_ptr<Connection>& connection() const { return connection_; }

  private:
    using Watch = std::shared_ptr<Listening>;

    [[nodiscard]] Link::Listener listener();
    void still_open();
    void opened(const Result<Watch>& result);
    void lifecycle(int event, int detail, std::int64_t realtime_us);
    void close(const Error& error);
    [[nodiscard]] Error lost(ErrorCode code) const;
    template <typename T>
    void tell(std::function<void(const T&)> User::*handler, const T& news);

    std::string name_;
    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<Connection> connection_;
    std::vector<std::weak_ptr<User>> users_;
    bool opening_ = false;
    unsigned round_ = 0;  // of opening; what belongs to an earlier one is not heard
    Watch watch_;
    Calls calls_;
};

}  // namespace hypnos::libvirt
