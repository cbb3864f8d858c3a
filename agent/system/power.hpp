// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /sys/power: what it offers, and the write that sleeps.

#pragma once

#include <thread>
#include <utility>

#include "agent/core/preflight.hpp"
#include "agent/core/suspend_machine.hpp"
#include "agent/system/acpi_registers.hpp"
#include "agent/system/root.hpp"
#include "glib/source.hpp"

namespace hypnos::agent {

/// Power management as this machine has it. A value: a thread may have its own.
struct Power {
    explicit Power(const Root& directory) : root(directory), acpi(directory) {}
    Root root;
    AcpiRegisters acpi;
};

/// Carries out a plan: settings, the write to /sys/power/state, settings back. Blocks for as long
/// as the machine sleeps.
[[nodiscard]] SleepResult enter_sleep(const Power& power, const SleepPlan& plan);

/// Runs enter_sleep() on a thread of its own, so that the main loop answers until the kernel
/// freezes it. One at a time.
class SleepThread {
  public:
    using Done = std::function<void(const SleepResult&)>;

    explicit SleepThread(Power power) : power_(std::move(power)) {}
    ~SleepThread();

    /// `done` is called from the default main context.
    void start(const SleepPlan& plan, Done done);

  private:
    void finished(const Done& done);

    Power power_;
    std::thread thread_;
    UniqueFd finished_event_;
    glib::Source finished_watch_;
    SleepResult result_;
};

}  // namespace hypnos::agent
