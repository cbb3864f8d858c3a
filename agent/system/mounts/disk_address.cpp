// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/disk_address.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <optional>
#include <sstream>

#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

std::vector<std::string> components(const std::string& path) {
    std::vector<std::string> result;
    std::istringstream in(path);
    for (std::string component; std::getline(in, component, '/');) result.push_back(component);
    return result;
}

/// "0000:00:1f.2"
std::optional<PciAddress> parse_pci(const std::string& name) {
    unsigned domain = 0, bus = 0, slot = 0, function = 0;
    int end = 0;
    const int read =
        std::sscanf(name.c_str(), "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end);
    if (read != 4 || static_cast<std::size_t>(end) != name.size()) return std::nullopt;
    return PciAddress{static_cast<int>(domain), static_cast<int>(bus), static_cast<int>(slot),
                      static_cast<int>(function)};
}

/// The number in "PREFIXnumber".
std::optional<int> numbered(const std::string& name, const std::string& prefix) {
    if (name.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
    return sleep::whole_number<int>(std::string_view(name).substr(prefix.size()));
}

struct Scsi {
    int channel = 0, id = 0, lun = 0;
};

/// "HOST:CHANNEL:ID:LUN"
std::optional<Scsi> parse_scsi(const std::string& name) {
    Scsi scsi;
    int end = 0;
    const int read =
        std::sscanf(name.c_str(), "%*d:%d:%d:%d%n", &scsi.channel, &scsi.id, &scsi.lun, &end);
    if (read != 3 || static_cast<std::size_t>(end) != name.size()) return std::nullopt;
    return scsi;
}

template <typename Parse>
auto last_that(const std::vector<std::string>& names, Parse parse) -> decltype(parse(names[0])) {
    decltype(parse(names[0])) found;
    for (const std::string& name : names)
        if (auto parsed = parse(name)) found = parsed;
    return found;
}

/// Ports are numbered over all controllers: the first of this one counts as 0.
int port_index(int port, const std::vector<std::string>& controller_entries) {
    int first = port;
    for (const std::string& entry : controller_entries)
        if (const auto number = numbered(entry, "ata")) first = std::min(first, *number);
    return port - first;
}

void place_ata(DiskAddress& address, int index, const std::string& driver, int id) {
    const bool parallel = driver == "ata_piix" || driver.compare(0, 5, "pata_") == 0;
    address.bus_type = parallel ? "ide" : "sata";
    address.bus = parallel ? index : 0;
    address.unit = parallel ? id : index;
}

/// What a directory on the way to a disk tells of its bus. The first that fits decides.
struct Sign {
    const char* prefix;
    const char* bus_type;
};
constexpr std::array kSigns = {
    Sign{"usb", "usb"},         Sign{"session", "iscsi"}, Sign{"rport-", "fibre"},
    Sign{"end_device-", "sas"}, Sign{"nvme", "nvme"},     Sign{"mmc_host", "mmc"},
    Sign{"vbd-", "xen"},        Sign{"target", "scsi"},   Sign{"virtio", "virtio"}};

std::string bus_type_of(const std::vector<std::string>& names) {
    for (const Sign& sign : kSigns) {
        const std::string prefix = sign.prefix;
        const bool fits = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            return name.compare(0, prefix.size(), prefix) == 0;
        });
        if (fits) return sign.bus_type;
    }
    return "unknown";
}

}  // namespace

std::string controller_of(const std::string& path) {
    std::string walked, controller;
    for (const std::string& name : components(path)) {
        if (name.empty()) continue;
        walked += "/" + name;
        if (parse_pci(name)) controller = walked;
    }
    return controller;
}

DiskAddress parse_disk_place(const DiskPlace& place) {
    const std::vector<std::string> names = components(place.path);
    DiskAddress address;
    address.controller = last_that(names, parse_pci).value_or(PciAddress{});
    address.bus_type = bus_type_of(names);
    const std::optional<Scsi> scsi = last_that(names, parse_scsi);
    if (scsi) {
        address.bus = scsi->channel;
        address.target = scsi->id;
        address.unit = scsi->lun;
    }
    const auto port = last_that(names, [](const auto& name) { return numbered(name, "ata"); });
    if (!port || !scsi) return address;
    address.target = 0;
    place_ata(address, port_index(*port, place.controller_entries), place.driver, scsi->id);
    return address;
}

Json to_json(const DiskAddress& address) {
    const PciAddress& pci = address.controller;
    Json json = Json::object({{"pci-controller", Json::object({{"domain", pci.domain},
                                                               {"bus", pci.bus},
                                                               {"slot", pci.slot},
                                                               {"function", pci.function}})},
                              {"bus-type", address.bus_type},
                              {"bus", address.bus},
                              {"target", address.target},
                              {"unit", address.unit}});
    if (!address.serial.empty()) json.set("serial", address.serial);
    if (!address.dev.empty()) json.set("dev", address.dev);
    return json;
}

}  // namespace hypnos::agent
