// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /sys/power: what it offers, and the write that sleeps.

#pragma once

#include <thread>

#include "agent/core/preflight.hpp"
#include "agent/core/suspend_machine.hpp"
#include "agent/system/acpi_registers.hpp"
#include "agent/system/root.hpp"
#include "glib/source.hpp"

namespace hypnos::agent {

/// Power management as this machine has it.
struct Power {
    explicit Power(const Root& directory) : root(directory), acpi(directory) {}
    const Root& root;
    const AcpiRegisters acpi;
};

[[nodiscard]] PowerFacts read_power_facts(const Power& power);

/// What compare() needs. Waits as read_wakeup_count() does.
[[nodiscard]] Baseline read_baseline(const Root& root);

/// The number that the kernel must still find unchanged when it is asked to sleep. While a wakeup
/// event is being handled there is none: the kernel lets readers wait for its end, whatever their
/// open(2) flags (kernel/power/main.c), which can take for ever. Waits 100 ms at most; then, or
/// without the file, empty.
[[nodiscard]] std::string read_wakeup_count(const Root& root);

/// Carries out a plan: settings, the check for wakeup events, the write to /sys/power/state,
/// settings back. Blocks for as long as the machine sleeps.
[[nodiscard]] SleepResult enter_sleep(const Power& power, const SleepPlan& plan);

/// Runs enter_sleep() on a thread of its own, so that the main loop answers until the kernel
/// freezes it. One at a time.
class SleepThread {
  public:
    using Done = std::function<void(const SleepResult&)>;

    explicit SleepThread(const Power& power) : power_(power) {}
    ~SleepThread();

    /// `done` is called from the default main context.
    void start(const SleepPlan& plan, Done done);

  private:
    void finished(const Done& done);

    const Power& power_;
    std::thread thread_;
    UniqueFd finished_event_;
    glib::Source finished_watch_;
    SleepResult result_;
};

}  // namespace hypnos::agent
