// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/network.hpp"

#include <glib.h>

#include <optional>
#include <utility>

#include "sleep/core/number.hpp"
#include "sleep/system/bus/blocking_bus.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kNetworkd = "org.freedesktop.network1";
constexpr const char* kNetworkManager = "org.freedesktop.NetworkManager";

struct Link {
    std::string name, directory;
    int index = 0;
};

bool is_physical(const Root& root, const std::string& directory) {
    return root.has(directory + "/device");
}

bool is_up(const Root& root, const std::string& directory) {
    return root.read(directory + "/operstate") == "up" || root.read(directory + "/carrier") == "1";
}

int index_of(const Root& root, const std::string& directory) {
    return leading_number<int>(root.text(directory + "/ifindex")).value_or(0);
}

std::vector<Link> physical_links_up(const Root& root) {
    std::vector<Link> links;
    for (const std::string& name : root.list("/sys/class/net")) {
        const std::string directory = "/sys/class/net/" + name;
        if (is_physical(root, directory) && is_up(root, directory))
            links.push_back({name, directory, index_of(root, directory)});
    }
    return links;
}

/// Who manages links, as far as it can be asked. No bus: nobody.
struct Managers {
    std::optional<BlockingBus> bus;
    bool networkd = false;
    bool network_manager = false;
};

Managers find_managers(const Root& root, RefreshReport& report) {
    Managers managers;
    if (!has_bus(root)) return managers;
    Result<BlockingBus> bus = BlockingBus::connect(root);
    if (!bus) {
        report.problems.push_back(bus.error().message);
        return managers;
    }
    managers.networkd = bus->has_owner(kNetworkd);
    managers.network_manager = bus->has_owner(kNetworkManager);
    managers.bus = std::move(*bus);
    return managers;
}

/// networkd writes a file for each link it knows, also for those it leaves alone.
bool is_networkds(const Root& root, const Link& link) {
    const auto state = root.read("/run/systemd/netif/links/" + std::to_string(link.index));
    return state && state->find("ADMIN_STATE=unmanaged") == std::string::npos;
}

Result<void> renew(const BlockingBus& bus, const Link& link) {
    const Result<BlockingBus::Answer> renewed = bus.call(
        {kNetworkd, "/org/freedesktop/network1", "org.freedesktop.network1.Manager", "RenewLink"},
        g_variant_new("(i)", link.index));
    return renewed ? Result<void>() : fail(renewed.error());
}

/// Reapply would not renew a lease, but would remove addresses that others have added. The lease
/// itself NetworkManager times by CLOCK_BOOTTIME, which goes on in a sleep.
Result<void> check_connectivity(const BlockingBus& bus) {
    bus.tell(
        {kNetworkManager, "/org/freedesktop/NetworkManager", kNetworkManager, "CheckConnectivity"});
    return {};
}

Result<void> send_uevent(const Root& root, const Link& link) {
    const int error = root.write(link.directory + "/uevent", "change");
    return error == 0 ? Result<void>() : fail(g_strerror(error));
}

Result<void> nudge(const Root& root, const Managers& managers, const Link& link) {
    if (managers.networkd && is_networkds(root, link)) return renew(*managers.bus, link);
    if (managers.network_manager) return check_connectivity(*managers.bus);
    return send_uevent(root, link);
}

}  // namespace

void nudge_network(const Root& root, RefreshReport& report) {
    const std::vector<Link> links = physical_links_up(root);
    if (links.empty()) return;
    const Managers managers = find_managers(root, report);
    for (const Link& link : links) {
        if (const Result<void> nudged = nudge(root, managers, link); nudged)
            report.links.push_back(link.name);
        else
            report.problems.push_back("cannot make anybody look at network link " + link.name +
                                      ": " + nudged.error().message);
    }
}

}  // namespace hypnos::agent
