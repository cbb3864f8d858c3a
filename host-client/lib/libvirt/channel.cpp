// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <optional>
#include <utility>

#include "libvirt/bridge.hpp"
#include "libvirt/calls.hpp"
#include "libvirt/last_error.hpp"
#include "libvirt/libvirt.hpp"
#include "libvirt/port_connector.hpp"
#include "libvirt/socket_pair.hpp"

namespace hypnos::libvirt {
namespace {

Result<std::shared_ptr<UniqueFd>> open_channel(Connection& connection, const std::string& name,
                                               const std::string& port) {
    Result<Domain> domain = connection.find(name);
    if (!domain) return fail(domain.error());
    virConnectPtr link = domain->link->get();
    Handle<virStream> stream(virStreamNew(link, VIR_STREAM_NONBLOCK));
    const std::string tried = "cannot open " + port + " of " + name;
    if (!stream || virDomainOpenChannel(domain->get(), port.c_str(), stream.get(), 0) != 0)
        return fail(last_error(ErrorCode::Unreachable, tried));
    Result<SocketPair> sockets = socket_pair(Server::DoesNotBlock);
    if (!sockets) return fail(sockets.error());
    Bridge::start(domain->link, std::move(stream), std::move(sockets->server));
    return std::make_shared<UniqueFd>(std::move(sockets->user));
}

}  // namespace

std::unique_ptr<Connector> channel(GMainContext* context, const GuestSpec& guest,
                                   const std::string& port) {
    return std::make_unique<PortConnector>(
        context, guest.uri, guest.domain + " " + port,
        [domain = guest.domain, port](const std::shared_ptr<Connection>& connection) {
            return open_channel(*connection, domain, port);
        });
}

}  // namespace hypnos::libvirt
