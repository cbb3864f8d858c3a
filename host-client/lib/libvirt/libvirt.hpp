// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Domains of libvirt as guests. Connections are shared: everything in this process that names the
// same URI uses one, which is opened when first needed and closed with its last user; only a channel
// has one of its own. libvirt's calls block, so they run on threads of their own, few at once; its
// events come on one thread that runs libvirt's event loop as long as the process lives. Nothing of
// that is seen from outside: results arrive on the context.
//
// Built without libvirt, all of this says so with Usage (none.cpp).

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/error.hpp"
#include "machine/monitor.hpp"
#include "wire/connector.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos::libvirt {

/// All domains of a connection, running or not, by name; blocks. `name` is the domain's. Ports as
/// the domain's XML has them: `power` if it is there, else `agent`; MACs too.
[[nodiscard]] Result<std::vector<GuestSpec>> list_domains(const std::string& uri);

/// A channel other than the agent's, by virDomainOpenChannel: a stream that libvirt carries, also
/// from a remote host. A client that held the channel before loses it only if it is gone itself.
[[nodiscard]] std::unique_ptr<Connector> channel(GMainContext* context, const GuestSpec& guest,
                                                 const std::string& port);

/// The agent's port, which libvirt holds: a socket whose other end sends each request by
/// virDomainQemuAgentCommand and answers in order. Events do not come; guest-sync-delimited is
/// answered after a guest-ping of the agent.
[[nodiscard]] std::unique_ptr<Connector> agent(GMainContext* context, const GuestSpec& guest);

/// Lifecycle events and states in QMP's words, wake by virDomainPMWakeup, start by virDomainCreate,
/// stop by virDomainSuspend.
[[nodiscard]] std::unique_ptr<Monitor> monitor(GMainContext* context, const GuestSpec& guest);

}  // namespace hypnos::libvirt
