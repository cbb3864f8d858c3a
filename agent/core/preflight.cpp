// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/preflight.hpp"

#include <algorithm>
#include <sstream>

namespace hypnos::agent {
namespace {

constexpr const char* kStateFile = "/sys/power/state";
constexpr const char* kMemSleepFile = "/sys/power/mem_sleep";
constexpr const char* kDiskFile = "/sys/power/disk";

bool uses_ram(SleepMode mode) { return mode != SleepMode::Disk; }
bool uses_disk(SleepMode mode) { return mode != SleepMode::Ram; }

Finding blocker(std::string code, std::string subject, std::string hint) {
    return {std::move(code), Severity::Block, std::move(subject), std::move(hint)};
}

void check_machine(const PowerFacts& facts, std::vector<Finding>& findings) {
    if (facts.acpi_off)
        findings.push_back(blocker("pm.acpi-off", "/sys/bus/pci/devices/0000:00:1f.0/config",
                                   "the firmware has left ACPI power management off after a wake "
                                   "from S3 (SeaBIOS on q35 does), so a sleep would be none; "
                                   "restart the guest"));
}

void check_ram(Require require, const PowerFacts& facts, std::vector<Finding>& findings) {
    if (!facts.state.offers("mem"))
        findings.push_back(blocker("pm.no-state", kStateFile,
                                   "this kernel offers no suspend to RAM; use one built with "
                                   "CONFIG_SUSPEND, and not a container"));
    else if (require == Require::Deep && !facts.mem_sleep.offers("deep"))
        findings.push_back(blocker("pm.s2idle-only", kMemSleepFile,
                                   "the firmware offers no S3, so suspend to RAM would only be "
                                   "s2idle; enable S3 in the machine (QEMU: -global "
                                   "PIIX4_PM.disable_s3=0 or ICH9-LPC.disable_s3=0, libvirt: "
                                   "<pm><suspend-to-mem enabled='yes'/></pm>) or accept s2idle "
                                   "with require=any"));
}

bool is_image_target(const Swap& swap) { return !swap.zram; }

/// The word for /sys/power/disk that makes this mode.
std::string disk_word(SleepMode mode, const PowerFacts& facts) {
    if (mode == SleepMode::Hybrid) return "suspend";
    return facts.disk.offers("platform") ? "platform" : "shutdown";
}

void check_disk(SleepMode mode, const PowerFacts& facts, std::vector<Finding>& findings) {
    if (facts.disk.offers("disabled"))
        findings.push_back(blocker("pm.disabled", kDiskFile,
                                   "the kernel has switched hibernation off: look for lockdown "
                                   "(/sys/kernel/security/lockdown), nohibernate on the command "
                                   "line, or a process holding memfd_secret"));
    else if (!facts.state.offers("disk"))
        findings.push_back(blocker("pm.no-state", kStateFile,
                                   "this kernel offers no suspend to disk; use one built with "
                                   "CONFIG_HIBERNATION, and not a container"));
    else if (!facts.disk.offers(disk_word(mode, facts)))
        findings.push_back(blocker("pm.no-state", kDiskFile,
                                   "this kernel does not offer '" + disk_word(mode, facts) +
                                       "' there, which this mode needs"));
    else if (mode == SleepMode::Disk && !facts.disk.offers("platform"))
        findings.push_back(
            {"pm.s4-off", Severity::Warn, kDiskFile,
             "the firmware offers no S4, so the image is written and the machine "
             "merely powers off: no host can tell that from a shutdown; enable S4 in "
             "the machine (QEMU: -global PIIX4_PM.disable_s4=0 or "
             "ICH9-LPC.disable_s4=0, libvirt: <pm><suspend-to-disk "
             "enabled='yes'/></pm>)"});
    if (std::none_of(facts.swaps.begin(), facts.swaps.end(), is_image_target))
        findings.push_back(blocker("swap.none", "/proc/swaps",
                                   "no swap is on that could hold the image (zram does not "
                                   "count); add a swap partition or file and name it with "
                                   "resume="));
}

}  // namespace

bool Choice::offers(const std::string& word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
}

Choice parse_choice(const std::string& text) {
    Choice choice;
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        const bool chosen = word.size() > 2 && word.front() == '[' && word.back() == ']';
        if (chosen) choice.chosen = word = word.substr(1, word.size() - 2);
        choice.words.push_back(word);
    }
    return choice;
}

std::vector<Swap> parse_swaps(const std::string& proc_swaps) {
    std::vector<Swap> swaps;
    std::istringstream in(proc_swaps);
    std::string line;
    std::getline(in, line);  // column titles
    while (std::getline(in, line)) {
        const std::string name = line.substr(0, line.find_first_of(" \t"));
        const bool deleted = line.find("\\040(deleted)") != std::string::npos;
        if (!name.empty() && !deleted)
            swaps.push_back({name, name.find("/zram") != std::string::npos});
    }
    return swaps;
}

std::vector<Finding> preflight(const PreflightQuestion& question, const PowerFacts& facts) {
    const auto [mode, require, force, logind] = question;
    std::vector<Finding> findings;
    check_machine(facts, findings);
    if (uses_ram(mode)) check_ram(require, facts, findings);
    if (uses_disk(mode)) check_disk(mode, facts, findings);
    return findings;
}

const Finding* first_blocker(const std::vector<Finding>& findings) {
    const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Severity::Block;
    });
    return found == findings.end() ? nullptr : &*found;
}

SleepPlan plan_sleep(SleepMode mode, Require require, const PowerFacts& facts) {
    SleepPlan plan;
    plan.mode = mode;
    plan.state = uses_disk(mode) ? "disk" : "mem";
    if (uses_ram(mode)) {
        plan.deep = require == Require::Deep || facts.mem_sleep.offers("deep");
        plan.mem_sleep = plan.deep ? "deep" : "s2idle";
        plan.restore_mem_sleep = facts.mem_sleep.chosen;
    }
    if (uses_disk(mode)) {
        plan.disk = disk_word(mode, facts);
        plan.restore_disk = facts.disk.chosen;
    }
    return plan;
}

}  // namespace hypnos::agent
