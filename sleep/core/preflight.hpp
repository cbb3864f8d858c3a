// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Decides, before anything is disturbed, whether a mode of sleep can work here, and plans the
// writes to /sys/power that make exactly that mode happen. Pure. Each check is in a file of its
// area below preflight/; docs/preflight.md lists their codes.
//
// Facts of the kernel: Documentation/admin-guide/pm/sleep-states.rst (state, mem_sleep, disk).

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/power.hpp"
#include "sleep/core/preflight/facts.hpp"

namespace hypnos::sleep {

struct PreflightQuestion {
    SleepMode mode = SleepMode::Ram;
    Require require = Require::Deep;
    bool force = false;           ///< inhibitors do not block
    bool logind_backend = false;  ///< logind would be asked to sleep, not the kernel
};

/// Everything that speaks against it, or may; no blocker: it should work.
[[nodiscard]] std::vector<Finding> preflight(const PreflightQuestion& question,
                                             const PowerFacts& facts);

/// The reply to hypnos-preflight: {"mode", "works", "findings"}.
[[nodiscard]] Json preflight_json(SleepMode mode, const std::vector<Finding>& findings);

[[nodiscard]] const Finding* first_blocker(const std::vector<Finding>& findings);

/// Writes to /sys/power: settings first, then `state`; afterwards the settings are put back to what
/// the facts said was chosen. Empty: leave that file alone.
struct SleepPlan {
    SleepMode mode = SleepMode::Ram;
    bool deep = true;  ///< false: this sleep is s2idle
    std::string mem_sleep, disk, state;
    std::string restore_mem_sleep, restore_disk;
    std::string swap;          ///< to be switched on for this sleep, if it is off
    std::string wakeup_count;  ///< as it was when the request came; empty: do not look
};

/// For a mode that preflight() let pass. With Require::Deep nothing shallower is ever planned.
[[nodiscard]] SleepPlan plan_sleep(SleepMode mode, Require require, const PowerFacts& facts);

}  // namespace hypnos::sleep
