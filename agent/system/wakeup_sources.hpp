// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The kernel's wakeup sources (/sys/class/wakeup/*): which one counted an event between two readings
// is what woke the machine.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/system/root.hpp"

namespace hypnos::agent {

/// Name of each source, as /sys/class/wakeup/*/name has it, and its event count. A name that occurs
/// more than once has their sum.
using WakeupCounts = std::map<std::string, std::int64_t>;
[[nodiscard]] WakeupCounts read_wakeup_counts(const Root& root);

/// A word for what woke the machine: "rtc", "power-button", "sleep-button", else the name of the
/// source that counted; "irq N" where only /sys/power/pm_wakeup_irq knows; empty if nobody does.
[[nodiscard]] std::string wake_reason(const Root& root, const WakeupCounts& before,
                                      const WakeupCounts& after);

}  // namespace hypnos::agent
