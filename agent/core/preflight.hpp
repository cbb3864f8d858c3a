// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Decides, before anything is disturbed, whether a mode of sleep can work here, and plans the
// writes to /sys/power that make exactly that mode happen. Pure.
//
// Facts of the kernel: Documentation/admin-guide/pm/sleep-states.rst (state, mem_sleep, disk).

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/power.hpp"

namespace hypnos::agent {

/// A sysfs file that lists words with the chosen one in brackets: "s2idle [deep]".
struct Choice {
    std::vector<std::string> words;
    std::string chosen;
    [[nodiscard]] bool offers(const std::string& word) const;
};
[[nodiscard]] Choice parse_choice(const std::string& text);

struct Swap {
    std::string name;  ///< path as in /proc/swaps
    bool zram = false;
};
[[nodiscard]] std::vector<Swap> parse_swaps(const std::string& proc_swaps);

/// Who holds a block inhibitor for sleep at logind.
struct Inhibitor {
    std::string who, why;
    int pid = 0;
};

/// What /sys/power and /proc say at this moment.
struct PowerFacts {
    Choice state;
    Choice mem_sleep;
    Choice disk;
    std::vector<Swap> swaps;
    bool acpi_off = false;  ///< the chipset's ACPI power management is switched off
};

/// Everything that speaks against `mode`; empty: it should work.
[[nodiscard]] std::vector<Finding> preflight(SleepMode mode, Require require,
                                             const PowerFacts& facts);

[[nodiscard]] const Finding* first_blocker(const std::vector<Finding>& findings);

/// Writes to /sys/power: settings first, then `state`; afterwards the settings are put back to what
/// PowerFacts::chosen said. Empty: leave that file alone.
struct SleepPlan {
    SleepMode mode = SleepMode::Ram;
    bool deep = true;  ///< false: this sleep is s2idle
    std::string mem_sleep, disk, state;
    std::string restore_mem_sleep, restore_disk;
    std::string wakeup_count;  ///< as it was when the request came; empty: do not look
};

/// For a mode that preflight() let pass. With Require::Deep nothing shallower is ever planned.
[[nodiscard]] SleepPlan plan_sleep(SleepMode mode, Require require, const PowerFacts& facts);

}  // namespace hypnos::agent
