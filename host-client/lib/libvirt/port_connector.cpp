// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/port_connector.hpp"

#include <utility>

namespace hypnos::libvirt {
namespace {

constexpr int kAttempts = 20;
constexpr std::chrono::milliseconds kPause{100};

}  // namespace

PortConnector::PortConnector(GMainContext* context, const std::string& uri, std::string name,
                             Open open)
    : name_(std::move(name)),
      open_(std::move(open)),
      inbox_(std::make_shared<Inbox>(context)),
      connection_(Connection::of(uri)),
      calls_(inbox_, connection_) {}

void PortConnector::connect(Done done) {
    done_ = std::move(done);
    attempt(kAttempts);
}

void PortConnector::attempt(int left) {
    calls_.ask<std::shared_ptr<UniqueFd>>(
        [connection = connection_, open = open_] { return open(connection); },
        [this, left](const Opened& socket) { opened(socket, left - 1); });
}

void PortConnector::opened(const Opened& socket, int left) {
    if (socket && !*socket && left > 0) {
        again_ = glib::after(inbox_->context(), kPause, [this, left] { attempt(left); });
        return;
    }
    const Done done = std::move(done_);
    if (!socket) return done(fail(socket.error()));
    if (*socket) return done(std::move(**socket));
    done(fail(ErrorCode::Unreachable,
              "cannot open " + name_ + ": another client has it; see who watches this guest"));
}

}  // namespace hypnos::libvirt
