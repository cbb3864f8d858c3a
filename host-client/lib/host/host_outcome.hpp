// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How a sleep of the host ended, from the evidence. Pure.

#pragma once

#include "host/alarm_plan.hpp"
#include "hypnos/host_power.hpp"
#include "sleep/core/sleep_result.hpp"

namespace hypnos {

/// What the RTC says after the sleep: which alarms' times have come.
struct AlarmsRung {
    bool ours = false, theirs = false;
};

/// Sets outcome, text, slept, woken_by, wake_reason and details.
void conclude(HostSleep& sleep, const sleep::SleepResult& result, const AlarmsRung& rung);

/// The same for one that nobody was there to see the end of: the host has been started since.
void conclude_after_boot(HostSleep& sleep);

/// The same for one that did not come to the sleep itself.
void conclude_without_sleep(HostSleep& sleep, Outcome outcome, const std::string& text);

}  // namespace hypnos
