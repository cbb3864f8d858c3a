// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <libvirt/virterror.h>

#include <utility>

#include "libvirt/bridge.hpp"
#include "libvirt/calls.hpp"
#include "libvirt/last_error.hpp"
#include "libvirt/libvirt.hpp"
#include "libvirt/port_connector.hpp"
#include "libvirt/socket_pair.hpp"

namespace hypnos::libvirt {
namespace {

// libvirt 9.0 says so by this code alone: "Active channel stream exists for this domain".
bool is_held() { return virGetLastErrorCode() == VIR_ERR_OPERATION_FAILED; }

// A link of its own: when a guest does not read its channel, libvirtd soon reads nothing more from
// this client, whatever it is for, until keepalive ends the link.
PortConnector::Opened open_channel(const std::string& uri, const std::string& name,
                                   const std::string& port) {
    const auto link = Link::open(uri, Link::Lifecycles::Unheard);
    if (!link) return fail(link.error());
    const Result<Domain> domain = find_domain(*link, name);
    if (!domain) return fail(domain.error());
    Handle<virStream> stream(virStreamNew((*link)->get(), VIR_STREAM_NONBLOCK));
    const std::string tried = "cannot open " + port + " of " + name;
    if (!stream) return fail(last_error(ErrorCode::Unreachable, tried));
    if (virDomainOpenChannel(domain->get(), port.c_str(), stream.get(), 0) != 0) {
        if (is_held()) return nullptr;
        return fail(last_error(ErrorCode::Unreachable, tried));
    }
    Result<SocketPair> sockets = socket_pair(Server::DoesNotBlock);
    if (!sockets) return fail(sockets.error());
    Bridge::start(*link, std::move(stream), std::move(sockets->server));
    return std::make_shared<UniqueFd>(std::move(sockets->user));
}

}  // namespace

std::unique_ptr<Connector> channel(GMainContext* context, const GuestSpec& guest,
                                   const std::string& port) {
    return std::make_unique<PortConnector>(
        context, guest.uri, guest.domain + " " + port,
        [domain = guest.domain, port](const std::shared_ptr<Connection>& connection) {
            return open_channel(connection->uri(), domain, port);
        });
}

}  // namespace hypnos::libvirt
