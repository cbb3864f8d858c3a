// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The kernel's wakeup sources (/sys/class/wakeup/*): which one counted an event between two readings
// is what woke the machine.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// A word for each source and its event count: "rtc", "power-button", "sleep-button", else its name,
/// as /sys/class/wakeup/*/name has it. Sources with the same word have their sum.
using WakeupCounts = std::map<std::string, std::int64_t>;
[[nodiscard]] WakeupCounts read_wakeup_counts(const Root& root);

/// The word of the source that counted; "irq N" where only /sys/power/pm_wakeup_irq knows; empty if
/// nobody does, as after a sleep on disk, which a boot ends. If several counted, the RTC goes first
/// and a button second. QEMU's system_wakeup pretends to be the power button.
[[nodiscard]] std::string wake_reason(const Root& root, const WakeupCounts& before,
                                      const WakeupCounts& after);

}  // namespace hypnos::sleep
