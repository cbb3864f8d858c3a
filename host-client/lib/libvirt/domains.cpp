// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>

#include "libvirt/connection.hpp"
#include "libvirt/domain_xml.hpp"
#include "libvirt/last_error.hpp"
#include "libvirt/libvirt.hpp"

namespace hypnos::libvirt {
namespace {

constexpr const char* kAgentPort = "org.qemu.guest_agent.0";
constexpr const char* kPowerPort = "org.hypnos.power.0";

bool has_port(const MachineFacts& facts, const std::string& name) {
    return std::any_of(facts.ports.begin(), facts.ports.end(),
                       [&name](const PortFact& port) { return port.name == name; });
}

// A domain that goes away meanwhile has no XML any more: no ports, no MACs.
GuestSpec spec_of(const std::string& uri, virDomainPtr domain) {
    GuestSpec spec;
    spec.name = spec.domain = virDomainGetName(domain);
    spec.uri = uri;
    const Handle<char> xml(virDomainGetXMLDesc(domain, 0));
    if (!xml) return spec;
    const Result<MachineFacts> facts = read_domain_xml(xml.get());
    if (!facts) return spec;
    spec.macs = facts->macs;
    if (has_port(*facts, kPowerPort))
        spec.power = kPowerPort;
    else if (has_port(*facts, kAgentPort))
        spec.agent = kAgentPort;
    return spec;
}

}  // namespace

Result<std::vector<GuestSpec>> list_domains(const std::string& uri) {
    const auto connection = Connection::of(uri);
    const Result<std::shared_ptr<Link>> link = connection->link();
    if (!link) return fail(link.error());
    virDomainPtr* domains = nullptr;
    const int count = virConnectListAllDomains((*link)->get(), &domains, 0);
    if (count < 0)
        return fail(last_error(ErrorCode::Unreachable, "cannot list the domains of " + uri));
    std::vector<GuestSpec> specs;
    for (int i = 0; i < count; ++i)
        specs.push_back(spec_of(uri, Handle<virDomain>(domains[i]).get()));
    free(domains);
    std::sort(specs.begin(), specs.end(),
              [](const GuestSpec& a, const GuestSpec& b) { return a.name < b.name; });
    return specs;
}

}  // namespace hypnos::libvirt
