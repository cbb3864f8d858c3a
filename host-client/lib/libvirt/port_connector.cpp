// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/port_connector.hpp"

#include <utility>

namespace hypnos::libvirt {

PortConnector::PortConnector(GMainContext* context, const std::string& uri, std::string name,
                             Open open)
    : name_(std::move(name)),
      open_(std::move(open)),
      inbox_(std::make_shared<Inbox>(context)),
      connection_(Connection::of(uri)),
      calls_(inbox_, connection_) {}

void PortConnector::connect(Done done) {
    using Socket = std::shared_ptr<UniqueFd>;
    calls_.ask<Socket>([connection = connection_, open = open_] { return open(connection); },
                       [done = std::move(done)](const Result<Socket>& socket) {
                           if (!socket) return done(fail(socket.error()));
                           done(std::move(**socket));
                       });
}

}  // namespace hypnos::libvirt
