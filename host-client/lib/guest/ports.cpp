// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/ports.hpp"

#include "libvirt/libvirt.hpp"
#include "machine/qmp_monitor.hpp"
#include "wire/session_core.hpp"

namespace hypnos {

Ports::Ports(GMainContext* main_context, const GuestSpec& spec) : context(main_context) {
    const bool domain = !spec.domain.empty();
    const auto port = [&](const std::string& path) {
        return domain ? libvirt::channel(context, spec, path) : unix_connector(context, path);
    };
    if (domain)
        machine = libvirt::monitor(context, spec);
    else if (!spec.qmp.empty())
        machine = qmp_monitor(context, QmpSession(context, spec.qmp));
    if (!spec.power.empty()) power.emplace(agent_session(context, port(spec.power)));
    if (spec.agent.empty()) return;
    agent.emplace(agent_session(
        context, domain ? libvirt::agent(context, spec) : unix_connector(context, spec.agent)));
}

Ports Ports::share() const {
    Ports result(context);
    if (machine) result.machine = machine->share();
    if (agent) result.agent.emplace(agent->share());
    if (power) result.power.emplace(power->share());
    return result;
}

void Ports::abandon() {
    if (machine) machine->abandon();
    if (agent) agent->abandon();
    if (power) power->abandon();
}

}  // namespace hypnos
