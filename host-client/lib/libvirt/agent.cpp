// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <utility>

#include "libvirt/agent_server.hpp"
#include "libvirt/last_error.hpp"
#include "libvirt/libvirt.hpp"
#include "libvirt/port_connector.hpp"
#include "libvirt/socket_pair.hpp"

namespace hypnos::libvirt {
namespace {

PortConnector::Opened open_agent(const std::shared_ptr<Connection>& connection,
                                 const std::string& name) {
    Result<Domain> domain = connection->find(name);
    if (!domain) return fail(domain.error());
    const std::string tried = "cannot ask the agent of " + name;
    const int active = virDomainIsActive(domain->get());
    if (active < 0) return fail(last_error(ErrorCode::Unreachable, tried));
    if (active == 0)
        return fail(ErrorCode::Unreachable, tried + ": the domain is not running; start it");
    Result<SocketPair> sockets = socket_pair(Server::Blocks);
    if (!sockets) return fail(sockets.error());
    AgentServer::start(connection, *std::move(domain), std::move(sockets->server));
    return std::make_shared<UniqueFd>(std::move(sockets->user));
}

}  // namespace

std::unique_ptr<Connector> agent(GMainContext* context, const GuestSpec& guest) {
    return std::make_unique<PortConnector>(
        context, guest.uri, guest.domain + " " + guest.agent,
        [domain = guest.domain](const std::shared_ptr<Connection>& connection) {
            return open_agent(connection, domain);
        });
}

}  // namespace hypnos::libvirt
