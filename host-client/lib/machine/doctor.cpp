// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/doctor.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "machine/port_doctor.hpp"

namespace hypnos {
namespace {

using Findings = std::vector<Finding>;

struct Case {
    const MachineFacts& machine;
    const AgentFacts& agent;
    SleepMode mode;

    [[nodiscard]] bool uses_ram() const { return mode != SleepMode::Disk; }
    [[nodiscard]] bool uses_disk() const { return mode != SleepMode::Ram; }
    [[nodiscard]] bool is_q35() const { return machine.type.find("q35") != std::string::npos; }
    /// hypnos-agent looks at the guest itself and knows more, so the host need not say it again.
    [[nodiscard]] bool guest_speaks() const { return agent.answers && agent.is_hypnos; }
};

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// QEMU's option that enables a state which `property` disables.
std::string enabling(const Case& question, const std::string& property) {
    const std::string pc = "PIIX4_PM." + property + "=0", q35 = "ICH9-LPC." + property + "=0";
    if (question.machine.type.empty()) return "-global " + pc + ", on q35 -global " + q35;
    return "-global " + (question.is_q35() ? q35 : pc);
}

Findings s3_is_on(const Case& question) {
    if (!question.uses_ram() || question.guest_speaks()) return {};
    if (question.machine.s3 != false) return {};
    return {{"host.s3-off", Severity::Block, "the machine's S3: disabled",
             "a sleep in RAM would only be s2idle, which the host neither sees nor can end; enable "
             "S3 in the machine (QEMU: " +
                 enabling(question, "disable_s3") +
                 ", libvirt: <pm><suspend-to-mem enabled='yes'/></pm>)"}};
}

/// A hybrid sleep ends in S3, and its image is for the case that this is lost.
Findings s4_is_on(const Case& question) {
    if (question.mode != SleepMode::Disk || question.guest_speaks()) return {};
    if (question.machine.s4 != false) return {};
    return {{"host.s4-off", Severity::Warn, "the machine's S4: disabled",
             "a sleep on disk would end in an ordinary power-off, and no host can tell it from a "
             "shutdown; enable S4 in the machine (QEMU: " +
                 enabling(question, "disable_s4") +
                 ", libvirt: <pm><suspend-to-disk enabled='yes'/></pm>)"}};
}

Findings can_be_woken(const Case& question) {
    if (!question.uses_ram() || question.machine.can_wake != false) return {};
    return {{"host.no-wakeup", Severity::Block,
             "query-current-machine: wakeup-suspend-support is false",
             "nothing could wake this machine from RAM, QEMU can only do it for pc and q35 with "
             "ACPI; sleep on disk, or use another machine type"}};
}

/// hypnos-agent mends the register, and refuses where it may not (pm.acpi-off).
Findings firmware_survives_s3(const Case& question) {
    const MachineFacts& machine = question.machine;
    if (question.guest_speaks() || !question.is_q35()) return {};
    if (machine.uefi != false || machine.s3 == false) return {};
    return {{"host.q35-after-s3", Severity::Warn, machine.type + " with SeaBIOS",
             "SeaBIOS leaves ACPI power management off when it wakes a q35 machine from S3: from "
             "then on RAM sleeps return at once and disk sleeps never power off; run hypnos-agent "
             "in the guest, which mends it, or restart the guest after each RAM sleep"}};
}

Findings images_reach_the_disk(const Case& question) {
    if (!question.uses_disk()) return {};
    std::vector<std::string> unsafe;
    for (const DiskFact& disk : question.machine.disks)
        if (disk.writable && disk.cache == "unsafe") unsafe.push_back(disk.name);
    if (unsafe.empty()) return {};
    return {{"host.disk-cache", Severity::Warn, listed(unsafe) + ": cache=unsafe",
             "the guest's flushes are ignored, so its image is lost if the host goes down before "
             "it has written it; use another cache mode (QEMU: cache=none or cache=writeback, "
             "libvirt: <driver cache='none'/>)"}};
}

Findings memory_devices_agree(const Case& question) {
    const std::vector<std::string>& devices = question.machine.virtio_mem;
    if (devices.empty() || question.guest_speaks()) return {};
    if (question.uses_disk())
        return {{"host.virtio-mem", Severity::Block, "virtio-mem: " + listed(devices),
                 "Linux refuses to hibernate with virtio-mem; take the device out of the machine "
                 "(QEMU: virtio-mem-pci, libvirt: <memory model='virtio-mem'>)"}};
    return {{"host.virtio-mem", Severity::Warn, "virtio-mem: " + listed(devices),
             "Linux refuses to suspend to RAM while memory is plugged by virtio-mem, older "
             "kernels always; set its requested size to 0, or take it out of the machine"}};
}

Findings file_systems_agree(const Case& question) {
    const std::vector<std::string>& devices = question.machine.virtio_fs;
    if (devices.empty() || question.guest_speaks()) return {};
    return {{"host.virtio-fs", Severity::Block, "virtiofs: " + listed(devices),
             "Linux's virtiofs driver refuses every sleep; take the device out of the machine "
             "(QEMU: vhost-user-fs-pci, libvirt: <filesystem> with <driver type='virtiofs'/>)"}};
}

/// To the guest it looks like any device.
Findings nothing_is_passed_through(const Case& question) {
    const std::vector<std::string>& devices = question.machine.vfio;
    if (devices.empty()) return {};
    return {{"host.vfio", Severity::Warn, "vfio: " + listed(devices),
             "a device of the host that is passed through loses its state, and comes back only if "
             "its driver in the guest can set it up anew; unbind that driver in a pre hook, or "
             "take the device out of the machine (libvirt: <hostdev>)"}};
}

Findings agent_is_ours(const Case& question) {
    if (!question.agent.answers || question.agent.is_hypnos) return {};
    return {
        {"host.agent-foreign", Severity::Warn, "the agent does not know hypnos-status",
         "it is not hypnos-agent, qemu-ga perhaps: it looks for nothing that speaks against a "
         "sleep, runs no hooks and cannot say how it ended; install hypnos-agent in the guest"}};
}

Findings ports_are_there(const Case& question) {
    return port_findings(question.machine, question.agent);
}

/// In the order of findings: first why nobody can be asked, then why it would fail.
constexpr std::array kChecks = {ports_are_there,
                                agent_is_ours,
                                can_be_woken,
                                s3_is_on,
                                s4_is_on,
                                memory_devices_agree,
                                file_systems_agree,
                                firmware_survives_s3,
                                images_reach_the_disk,
                                nothing_is_passed_through};

}  // namespace

std::vector<Finding> host_findings(const MachineFacts& machine, const AgentFacts& agent,
                                   SleepMode mode) {
    const Case question{machine, agent, mode};
    Findings findings;
    for (const auto check : kChecks) {
        Findings found = check(question);
        std::move(found.begin(), found.end(), std::back_inserter(findings));
    }
    return findings;
}

}  // namespace hypnos
