// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Reads what preflight wants to know. A file that cannot be read leaves its fact unknown.

#pragma once

#include "sleep/core/preflight.hpp"
#include "sleep/system/power/power.hpp"

namespace hypnos::sleep {

/// Whether a swap that hypnos-setup keeps off except for disk sleeps counts as one that is on: for
/// who switches it on.
enum class StandingByCounts { No, Yes };

/// What planning a sleep and telling capabilities need: a few small files.
[[nodiscard]] PowerFacts read_quick_facts(const Power& power, StandingByCounts counts);

/// All that bears on `mode`, but for the inhibitors, which the caller adds. Blocks: some
/// milliseconds if nothing is wrong, else 200 ms and more, so it is made to run on any thread. For
/// a mode that uses the disk it opens /dev/snapshot, which asks the drivers as a hibernation would.
[[nodiscard]] PowerFacts read_power_facts(const Power& power, SleepMode mode,
                                          StandingByCounts counts = StandingByCounts::No);

}  // namespace hypnos::sleep
