// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the kernel and the firmware offer.

#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

using power_files::kDisk;
using power_files::kMemSleep;
using power_files::kState;

}  // namespace

std::string disk_word(SleepMode mode, const MachineFacts& machine) {
    if (mode == SleepMode::Hybrid) return "suspend";
    return machine.disk.offers("platform") ? "platform" : "shutdown";
}

Findings acpi_is_on(const Question&, const PowerFacts& facts) {
    if (!facts.machine.acpi_off) return {};
    return {block("pm.acpi-off", "/sys/bus/pci/devices/0000:00:1f.0/config: ACPI_EN is 0",
                  "the firmware has left ACPI power management off after a wake from S3 (SeaBIOS "
                  "on q35 does), so a sleep would be none; restart the machine")};
}

Findings state_is_writable(const Question&, const PowerFacts& facts) {
    if (!facts.machine.state_read_only) return {};
    return {block("pm.no-state", says(kState, "read-only"),
                  "/sys cannot be written, as in a container; run this where it can be")};
}

Findings state_is_offered(const Question& question, const PowerFacts& facts) {
    const MachineFacts& machine = facts.machine;
    Findings findings;
    if (uses_ram(question.mode) && !machine.state.offers("mem"))
        findings.push_back(block("pm.no-state", says(kState, machine.state.text),
                                 "this kernel offers no suspend to RAM; use one built with "
                                 "CONFIG_SUSPEND, and not a container"));
    if (uses_disk(question.mode) && !machine.state.offers("disk") &&
        !machine.disk.offers("disabled"))
        findings.push_back(block("pm.no-state", says(kState, machine.state.text),
                                 "this kernel offers no suspend to disk; use one built with "
                                 "CONFIG_HIBERNATION, and not a container"));
    return findings;
}

Findings sleep_is_deep(const Question& question, const PowerFacts& facts) {
    const MachineFacts& machine = facts.machine;
    if (!uses_ram(question.mode) || question.require == Require::Any) return {};
    if (!machine.state.offers("mem") || machine.mem_sleep.offers("deep")) return {};
    return {block("pm.s2idle-only", says(kMemSleep, machine.mem_sleep.text),
                  "the firmware offers no S3, so suspend to RAM would only be s2idle; enable S3 "
                  "in the machine (QEMU: -global PIIX4_PM.disable_s3=0 or "
                  "ICH9-LPC.disable_s3=0, libvirt: <pm><suspend-to-mem enabled='yes'/></pm>) or "
                  "accept s2idle with require=any")};
}

Findings disk_word_is_offered(const Question& question, const PowerFacts& facts) {
    const Choice& disk = facts.machine.disk;
    if (!uses_disk(question.mode) || !facts.machine.state.offers("disk") || disk.offers("disabled"))
        return {};
    if (const std::string word = disk_word(question.mode, facts.machine); !disk.offers(word))
        return {block("pm.no-state", says(kDisk, disk.text),
                      "this kernel does not offer '" + word + "' there, which this mode needs")};
    if (question.mode == SleepMode::Hybrid || disk.offers("platform")) return {};
    return {warn("pm.s4-off", says(kDisk, disk.text),
                 "the firmware offers no S4, so the image is written and the machine merely "
                 "powers off: no host can tell that from a shutdown; enable S4 in the machine "
                 "(QEMU: -global PIIX4_PM.disable_s4=0 or ICH9-LPC.disable_s4=0, libvirt: "
                 "<pm><suspend-to-disk enabled='yes'/></pm>)")};
}

Findings units_are_not_masked(const Question& question, const PowerFacts& facts) {
    Findings findings;
    for (const std::string& unit : facts.machine.masked_units)
        findings.push_back({"unit.masked",
                            question.logind_backend ? Severity::Block : Severity::Warn,
                            says(unit, "masked"),
                            "an administrator has forbidden this sleep to systemd; 'systemctl "
                            "unmask' the unit if it is wanted"});
    return findings;
}

Findings nobody_else_sleeps(const Question&, const PowerFacts& facts) {
    const std::string& autosleep = facts.machine.autosleep;
    if (autosleep.empty() || autosleep == "off") return {};
    return {block("pm.busy", says("/sys/power/autosleep", autosleep),
                  "the kernel puts itself to sleep and answers everybody else with EBUSY; write "
                  "'off' there")};
}

/// The image's memory map and the kernel's count of CPUs are those of the moment it was made.
Findings all_cpus_are_online(const Question&, const PowerFacts& facts) {
    const MachineFacts& machine = facts.machine;
    if (machine.cpus_online.empty() || machine.cpus_online == machine.cpus_present) return {};
    if (machine.cpus_present.empty()) return {};
    return {warn(
        "vcpu.offline",
        says("/sys/devices/system/cpu/online", machine.cpus_online + " of " + machine.cpus_present),
        "not all virtual CPUs are online, and the host may wake the guest with another "
        "number; bring them online or unplug them")};
}

}  // namespace hypnos::sleep::checks
