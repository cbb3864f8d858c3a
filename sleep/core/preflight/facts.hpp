// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is known of the machine when somebody asks whether it can sleep. A value that is empty is
// unknown, unless it says otherwise; what is unknown speaks for nothing and against nothing.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hypnos::sleep {

/// A sysfs file that lists words with the chosen one in brackets: "s2idle [deep]".
struct Choice {
    std::vector<std::string> words;
    std::string chosen;
    std::string text;  ///< as it was read
    [[nodiscard]] bool offers(const std::string& word) const;
};
[[nodiscard]] Choice parse_choice(const std::string& text);

struct Process {
    int pid = 0;
    std::string name;
};

/// Who holds a block inhibitor for sleep at logind.
struct Inhibitor {
    std::string who, why;
    int pid = 0;
};

/// Power management itself. An empty Choice offers nothing.
struct MachineFacts {
    Choice state, mem_sleep, disk;          ///< /sys/power
    bool acpi_off = false;                  ///< the chipset's ACPI power management is switched off
    bool state_read_only = false;           ///< /sys is mounted so: a container, or a sandbox
    std::string autosleep;                  ///< /sys/power/autosleep
    std::vector<std::string> masked_units;  ///< of systemd, that this mode needs; paths
    std::string cpus_online, cpus_present;
};

/// Why hibernation may be switched off.
struct DisabledFacts {
    bool searched = false;
    Choice lockdown;
    bool secretmem_possible = true;  ///< memfd_secret(2) is not switched off
    std::vector<Process> secretmem;  ///< those found to hold such memory
    std::vector<std::string> cxl;    ///< CXL memory devices
};

/// How /dev/snapshot answered to being opened, which asks all drivers whether they agree.
struct SnapshotFacts {
    int open_error = 0;    ///< errno
    bool reached = false;  ///< the error is the kernel's answer, not a sandbox's
    std::vector<Process> holders;
};

/// A swap that is on, or will be while the image is written; sizes in bytes.
struct Swap {
    std::string name;  ///< path as in /proc/swaps
    bool zram = false;
    bool file = false;
    std::uint64_t size = 0, used = 0;
    std::string device;                   ///< "254:16": its own, or that of its file system
    std::optional<std::uint64_t> offset;  ///< of its header on that device, in pages
    bool encrypted = false;               ///< on dm-crypt
    std::string random_key;       ///< the line of /etc/crypttab that gives it a key of one boot
    bool only_for_sleep = false;  ///< by hypnos-setup: if it is off, the agent switches it on
};

/// The swap of hypnos-setup's record, while it is off.
struct StandingBy {
    Swap swap;
    std::string uuid;
    bool there = false;  ///< a file or a device of that name
    bool has_holes = false;
    std::string signature;  ///< the last ten bytes of its first page; empty: unknown
    [[nodiscard]] bool is_swap() const;
    [[nodiscard]] bool holds_image() const;
    [[nodiscard]] bool is_usable() const { return there && !has_holes && is_swap(); }
};

struct SwapFacts {
    std::vector<Swap> active;
    std::optional<StandingBy> standing_by;     ///< also the last of `active`, if it can be used
    std::vector<std::string> with_holes;       ///< swap files of /etc/fstab that are not on
    std::vector<std::string> encrypted_disks;  ///< names of dm-crypt devices
};

/// How the next kernel finds the image.
struct ResumeFacts {
    static constexpr const char* kNoDevice = "0:0";
    std::string device;                        ///< /sys/power/resume: "254:16", or kNoDevice
    std::optional<std::uint64_t> offset;       ///< /sys/power/resume_offset, in pages
    std::optional<std::uint64_t> menu_offset;  ///< the boot loader's, by hypnos-setup's record
    std::string header;                        ///< where the image will begin: a path
    std::string signature;                     ///< the last ten bytes of the page there
    bool efi = false;
    bool efi_variables_writable = true;
    std::string compressor;
    bool compressor_built_in = true;
    std::vector<std::string>
        unproven;  ///< "FILE: why", of boot files that hypnos-setup must verify
    [[nodiscard]] bool has_device() const { return !device.empty() && device != kNoDevice; }
};

struct KernelFacts {
    std::optional<std::vector<std::string>> command_line;
    std::string release;
    bool modules_gone = false;  ///< of this release, while there are others
    std::string update;         ///< the file that tells of one, and what it says
    bool image_needs_same_kernel = false;
    /// The value of NAME=, the last one; nothing if it is not there.
    [[nodiscard]] std::optional<std::string> parameter(const std::string& name) const;
    [[nodiscard]] bool has(const std::string& word) const;
};

struct MemoryFacts {
    std::map<std::string, std::uint64_t> info;  ///< /proc/meminfo in bytes
    std::optional<int> largest_free_order;      ///< /proc/buddyinfo, DMA zone left out
    std::uint64_t balloon = 0;                  ///< bytes that the balloon has taken
};

/// A line of /proc/self/mountinfo.
struct Mount {
    std::string device;  ///< "254:1"
    std::string point;
    std::string type;
    bool read_only = false;
};

/// A driver that has devices.
struct BoundDriver {
    std::string path;  ///< /sys/bus/virtio/drivers/virtiofs
    std::vector<std::string> devices;
};

struct Watchdog {
    std::string path, identity, timeout;
};

struct DriverFacts {
    std::vector<BoundDriver> bound;     ///< of those that preflight knows to be trouble
    std::vector<Mount> mounts;          ///< of the types that preflight knows to be trouble
    bool virtio_mem_persistent = true;  ///< keeps its memory plugged over S3
    bool virtio_mem_plugged = false;    ///< some of the guest's memory is its
    std::vector<Watchdog> watchdogs;    ///< active ones, made of hardware
};

/// A task that sleeps where no signal and no freezer may reach it.
struct StuckTask {
    int pid = 0;
    std::string name;
    std::string wchan;  ///< the kernel's function that it waits in
    char state = 'D';
};

struct PowerFacts {
    MachineFacts machine;
    DisabledFacts disabled;
    SnapshotFacts snapshot;
    SwapFacts swap;
    ResumeFacts resume;
    KernelFacts kernel;
    MemoryFacts memory;
    DriverFacts drivers;
    std::vector<StuckTask> stuck;
    std::optional<std::chrono::seconds> rtc_ahead;  ///< of the system's clock; negative: behind
    std::vector<Inhibitor> inhibitors;              ///< of mode block, for sleep
};

}  // namespace hypnos::sleep
