// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /sys/power: the write that sleeps.

#pragma once

#include <string>

#include "sleep/core/preflight.hpp"
#include "sleep/core/sleep_result.hpp"
#include "sleep/system/power/acpi_registers.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// Power management as this machine has it. A value: a thread may have its own.
struct Power {
    explicit Power(const Root& directory) : root(directory), acpi(directory) {}
    Root root;
    AcpiRegisters acpi;
};

/// Carries out a plan: settings, the check for wakeup events, the write to /sys/power/state,
/// settings back. Blocks for as long as the machine sleeps.
[[nodiscard]] SleepResult enter_sleep(const Power& power, const SleepPlan& plan);

/// Puts settings of /sys/power back; empty: leave it alone.
void put_back_settings(const Root& root, const std::string& mem_sleep, const std::string& disk);

}  // namespace hypnos::sleep
