// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/port_doctor.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

namespace hypnos {
namespace {

const std::string kAgentPort = "org.qemu.guest_agent.0";
const std::string kPowerPort = "org.hypnos.power.0";
constexpr std::size_t kFewEdits = 3;

/// Letters and digits only, in lower case.
std::string plain(const std::string& name) {
    std::string result;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') result += static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result += c;
    }
    return result;
}

/// Characters to insert, drop or replace (Levenshtein's distance).
std::size_t edits(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// What people write for this name by mistake. "com.redhat.spice.0" and other programs' are not.
bool is_near(const std::string& name, const std::string& right) {
    const std::string bare = plain(name);
    if (bare.empty() || name == kAgentPort || name == kPowerPort) return false;
    const auto has = [&bare](const char* part) { return bare.find(part) != std::string::npos; };
    const bool ours = has("hypnos");
    if (right == kPowerPort && ours) return true;
    if (right == kAgentPort && !ours && (has("guestagent") || has("qemuga"))) return true;
    return bare.size() <= 2 * right.size() && edits(bare, plain(right)) <= kFewEdits;
}

const PortFact* find_port(const MachineFacts& machine, const std::string& name) {
    const auto found = std::find_if(machine.ports.begin(), machine.ports.end(),
                                    [&name](const PortFact& port) { return port.name == name; });
    return found == machine.ports.end() ? nullptr : &*found;
}

const PortFact* near_miss(const MachineFacts& machine, const std::string& name) {
    const auto found =
        std::find_if(machine.ports.begin(), machine.ports.end(),
                     [&name](const PortFact& port) { return is_near(port.name, name); });
    return found == machine.ports.end() ? nullptr : &*found;
}

std::string how_to_add(const std::string& name) {
    return "(QEMU: -device virtserialport,chardev=ID,name=" + name +
           ", libvirt: <channel type='unix'><target type='virtio' name='" + name + "'/></channel>)";
}

Finding missing(const MachineFacts& machine, const std::string& name, Severity severity,
                const std::string& consequence) {
    const PortFact* wrong = near_miss(machine, name);
    const std::string subject = name + ": not there";
    if (wrong == nullptr)
        return {"host.port-missing", severity, subject,
                consequence + "; add the port " + how_to_add(name)};
    return {"host.port-missing", severity, subject + ", but " + wrong->name,
            consequence + ": nobody looks for that other name; give the port its right one " +
                how_to_add(name)};
}

Finding why_silent(const MachineFacts& machine) {
    const PortFact* port = find_port(machine, kAgentPort);
    if (port == nullptr && !machine.type.empty())
        return missing(machine, kAgentPort, Severity::Block, "the guest's agent has no port");
    if (port != nullptr && port->open == false)
        return {"host.port-closed", Severity::Block, kAgentPort + ": closed",
                "no program in the guest holds the port: it is not up yet, or sleeps, or runs no "
                "agent; install hypnos-agent there and look at 'systemctl status hypnos-agent'"};
    return {"host.agent-absent", Severity::Block, "no answer from the agent",
            "nobody can ask the guest to sleep; see whether the guest runs, whether another "
            "program on the host holds the agent's socket, and in the guest 'systemctl status "
            "hypnos-agent'"};
}

std::optional<Finding> why_no_events(const MachineFacts& machine, const AgentFacts& agent) {
    const PortFact* port = find_port(machine, kPowerPort);
    if (port == nullptr)
        return missing(machine, kPowerPort, Severity::Warn,
                       "where libvirt holds the agent's other port, it drops the agent's events");
    if (!agent.answers || port->open != false) return {};
    return Finding{"host.port-closed", Severity::Warn, kPowerPort + ": closed",
                   "no program in the guest holds the port, so no events come; let hypnos-agent "
                   "listen on /dev/virtio-ports/" +
                       kPowerPort};
}

/// Whether the power port is where the agent's events should come from.
bool wants_power_port(const MachineFacts& machine, const AgentFacts& agent) {
    if (machine.type.empty()) return false;
    if (!agent.answers) return true;
    return agent.is_hypnos && find_port(machine, kAgentPort) != nullptr;
}

}  // namespace

std::vector<Finding> port_findings(const MachineFacts& machine, const AgentFacts& agent) {
    std::vector<Finding> findings;
    if (!agent.answers) findings.push_back(why_silent(machine));
    if (!wants_power_port(machine, agent)) return findings;
    if (auto finding = why_no_events(machine, agent)) findings.push_back(*std::move(finding));
    return findings;
}

}  // namespace hypnos
