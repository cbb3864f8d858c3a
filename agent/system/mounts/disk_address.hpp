// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where a disk is attached, in the words of QEMU's schema (GuestDiskAddress). Pure.

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/json.hpp"

namespace hypnos::agent {

/// -1: there is none.
struct PciAddress {
    int domain = -1;
    int bus = -1;
    int slot = -1;
    int function = -1;
};

struct DiskAddress {
    PciAddress controller;
    std::string bus_type = "unknown";
    int bus = 0;
    int target = 0;
    int unit = 0;
    std::string serial;  ///< empty: not known
    std::string dev;     ///< path of the device's node
};

/// What sysfs says about a disk.
struct DiskPlace {
    std::string path;    ///< of its directory, such as /sys/devices/pci0000:00/.../block/sda
    std::string driver;  ///< of its PCI controller
    /// Names in its PCI controller's directory: each port of an ATA controller has one, ataN.
    std::vector<std::string> controller_entries;
};

/// The directory of the PCI controller that is nearest to the disk; empty: there is none.
[[nodiscard]] std::string controller_of(const std::string& path);

/// All but serial and dev.
[[nodiscard]] DiskAddress parse_disk_place(const DiskPlace& place);

[[nodiscard]] Json to_json(const DiskAddress& address);

}  // namespace hypnos::agent
