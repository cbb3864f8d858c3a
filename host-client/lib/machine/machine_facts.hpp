// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the host can see of a machine that matters to sleep. Plain data; what could not be found out
// is empty, never guessed.

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hypnos {

/// A virtio-serial port of the machine.
struct PortFact {
    std::string name;          ///< "org.hypnos.power.0"
    std::optional<bool> open;  ///< whether a program in the guest holds it
};

struct DiskFact {
    std::string name;   ///< QEMU's device or node name, or libvirt's target
    std::string cache;  ///< "writeback", "none", "unsafe", ...; empty if unknown
    bool writable = true;
};

struct MachineFacts {
    std::string type;              ///< "pc-i440fx-7.2", "pc-q35-7.2", "virt-7.2"; empty if unknown
    std::optional<bool> s3, s4;    ///< not disabled in the machine
    std::optional<bool> can_wake;  ///< query-current-machine's wakeup-suspend-support
    std::optional<bool> uefi;      ///< false: SeaBIOS on x86
    std::vector<PortFact> ports;   ///< all there are, if `type` is known
    std::vector<DiskFact> disks;
    std::vector<std::string> virtio_mem, virtio_fs, vfio;  ///< ids of such devices
    std::vector<std::string> macs;  ///< of network cards, lower-case; only libvirt tells them
};

}  // namespace hypnos
