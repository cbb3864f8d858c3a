// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Devices of drivers that do not sleep well. Of the virtio drivers those without a freeze callback
// are listed (Linux 6.12), and fs and mem, which refuse.

#include <algorithm>
#include <array>

#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

constexpr std::array kDrivers = {
    "/sys/bus/virtio/drivers/virtiofs",     "/sys/bus/virtio/drivers/virtio_mem",
    "/sys/bus/virtio/drivers/9pnet_virtio", "/sys/bus/virtio/drivers/virtio_gpu",
    "/sys/bus/virtio/drivers/virtio_iommu", "/sys/bus/virtio/drivers/virtio_pmem",
    "/sys/bus/virtio/drivers/virtio_bt",    "/sys/bus/virtio/drivers/gpio_virtio",
    "/sys/bus/virtio/drivers/scmi-virtio",  "/sys/bus/virtio/drivers/virtio_rpmsg_bus",
    "/sys/bus/pci/drivers/nvidia",          "/sys/bus/pci/drivers/vfio-pci",
};

/// VIRTIO_MEM_F_PERSISTENT_SUSPEND (virtio 1.4, 5.15.3).
constexpr std::size_t kPersistentSuspend = 2;

/// Devices are virtio3, 0000:01:00.0; what else is there are the driver's own files.
bool is_device(const std::string& name) {
    return name.starts_with("virtio") || name.find(':') != std::string::npos;
}

std::vector<std::string> devices_of(const Root& root, const std::string& driver) {
    std::vector<std::string> devices;
    for (std::string& name : root.list(driver))
        if (is_device(name)) devices.push_back(std::move(name));
    return devices;
}

/// Its memory has a name of its own in the map of resources.
bool is_plugged(const Root& root) {
    return root.text("/proc/iomem").find("System RAM (virtio_mem)") != std::string::npos;
}

bool is_persistent(const Root& root, const std::string& device) {
    const std::string bits = root.text("/sys/bus/virtio/devices/" + device + "/features");
    return bits.size() <= kPersistentSuspend || bits[kPersistentSuspend] == '1';
}

/// softdog stops when the kernel does, and is left out.
std::vector<Watchdog> active_watchdogs(const Root& root) {
    std::vector<Watchdog> active;
    for (const std::string& name : root.list("/sys/class/watchdog")) {
        const std::string path = "/sys/class/watchdog/" + name;
        if (root.text(path + "/state") != "active") continue;
        const std::string identity = root.text(path + "/identity");
        if (identity != "Software Watchdog")
            active.push_back({path, identity, root.text(path + "/timeout")});
    }
    return active;
}

}  // namespace

DriverFacts read_drivers(const Root& root, const std::vector<Mount>& mounts) {
    DriverFacts facts;
    for (const std::string driver : kDrivers)
        if (std::vector<std::string> devices = devices_of(root, driver); !devices.empty())
            facts.bound.push_back({driver, std::move(devices)});
    for (const BoundDriver& driver : facts.bound)
        if (driver.path.ends_with("/virtio_mem"))
            facts.virtio_mem_persistent =
                std::all_of(driver.devices.begin(), driver.devices.end(),
                            [&](const std::string& device) { return is_persistent(root, device); });
    facts.virtio_mem_plugged = is_plugged(root);
    for (const Mount& mount : mounts)
        if (mount.type == "virtiofs" || mount.type == "9p") facts.mounts.push_back(mount);
    facts.watchdogs = active_watchdogs(root);
    return facts;
}

}  // namespace hypnos::sleep::facts
