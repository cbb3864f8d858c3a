// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /sys/power: what it offers, and the write that sleeps.

#pragma once

#include "agent/core/preflight.hpp"
#include "agent/core/sleep_result.hpp"
#include "agent/system/acpi_registers.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

/// Power management as this machine has it.
struct Power {
    explicit Power(const Root& directory) : root(directory), acpi(directory) {}
    Root root;
    const AcpiRegisters acpi;
};

[[nodiscard]] PowerFacts read_power_facts(const Power& power, SleepMode mode);
[[nodiscard]] Baseline read_baseline(const Root& root);
[[nodiscard]] std::string read_wakeup_count(const Root& root);
void put_back_settings(const Root& root, const std::string& mem_sleep, const std::string& disk);

/// Carries out a plan: settings, the write to /sys/power/state, settings back. Blocks for as long
/// as the machine sleeps.
[[nodiscard]] SleepResult enter_sleep(const Power& power, const SleepPlan& plan);

}  // namespace hypnos::agent
