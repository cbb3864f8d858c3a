// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/facts/facts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep {
namespace {

/// A task that is in state D this long is not merely reading its disk.
constexpr std::chrono::milliseconds kStuckFor{200};

MachineFacts read_machine(const Power& power) {
    const Root& root = power.root;
    const std::string state = root.path(power_files::kState);
    return {.state = parse_choice(root.text(power_files::kState)),
            .mem_sleep = parse_choice(root.text(power_files::kMemSleep)),
            .disk = parse_choice(root.text(power_files::kDisk)),
            .acpi_off = power.acpi.off(),
            .state_read_only = access(state.c_str(), W_OK) != 0 && errno == EROFS,
            .autosleep = root.text("/sys/power/autosleep")};
}

void read_disk_facts(const Root& root, const std::vector<Mount>& mounts, PowerFacts& facts) {
    facts.kernel = facts::read_kernel(root);
    facts::read_swap(root, mounts, facts.swap);
    facts.resume = facts::read_resume(root, facts.kernel, facts.swap.active, mounts);
    if (const auto setup = facts::read_setup(root)) {
        facts.resume.unproven = facts::read_unproven(root, *setup);
        facts.resume.menu_offset = facts::menu_offset(*setup);
    }
    facts.memory = facts::read_memory(root);
    if (facts.machine.disk.offers("disabled"))
        facts.disabled = facts::read_disabled(root);
    else
        facts.snapshot = facts::read_snapshot(root);
}

}  // namespace

PowerFacts read_quick_facts(const Power& power, StandingByCounts counts) {
    power.acpi.restore();  // somebody else may have slept since we looked
    PowerFacts facts;
    facts.machine = read_machine(power);
    facts.swap.active = parse_swaps(power.root.text("/proc/swaps"));
    const std::optional<SetupRecord> setup = facts::read_setup(power.root);
    if (setup && counts == StandingByCounts::Yes) facts::stand_by(power.root, *setup, facts.swap);
    return facts;
}

PowerFacts read_power_facts(const Power& power, SleepMode mode, StandingByCounts counts) {
    const Root& root = power.root;
    PowerFacts facts = read_quick_facts(power, counts);
    const std::vector<Mount> mounts = parse_mounts(root.text("/proc/self/mountinfo"));
    facts.machine.masked_units = facts::read_masked_units(root, mode);
    facts.machine.cpus_online = root.text("/sys/devices/system/cpu/online");
    facts.machine.cpus_present = root.text("/sys/devices/system/cpu/present");
    facts.drivers = facts::read_drivers(root, mounts);
    facts.rtc_ahead = facts::read_rtc_ahead(root);
    facts.stuck = facts::read_stuck(root, kStuckFor);
    if (mode != SleepMode::Ram) read_disk_facts(root, mounts, facts);
    return facts;
}

}  // namespace hypnos::sleep
