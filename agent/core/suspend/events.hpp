// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Events: what the suspend machine is told.

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/marker.hpp"
#include "agent/core/suspend/effects.hpp"

namespace hypnos::agent {

// What others want.
struct Requested {
    SuspendRequest request;
};
struct CancelRequested {};
struct RehearsalRequested {};
/// Somebody else is about to suspend (logind says so) and waits, briefly, until we have prepared.
struct LocalSleepBegins {
    SuspendRequest request;
};
/// Somebody else's sleep is over; `result` says whether it was one.
struct LocalSleepEnded {
    SuspendRequest request;  ///< if nothing announced it
    SleepResult result;
};
/// At start: another process left this, and what happened since.
struct Recovered {
    Marker marker;
    bool same_boot = true;
    SleepResult since;     ///< compared with the marker's baseline
    std::string why_lost;  ///< in another boot: why the kernel did not take the image
};
/// deadline() has passed.
struct Expired {};

// Answers to effects.
struct Inspected {
    Serial serial = 0;
    std::vector<Finding> findings;
    std::vector<Hook> hooks;  ///< in the order of pre
    SleepPlan plan;
};
struct HookFinished {
    Serial serial = 0;
    HookReport report;
};
struct AlarmChosen {
    Serial serial = 0;
    std::int64_t at = 0;  ///< RTC time, seconds since the epoch
    std::string error;    ///< empty: it is free
};
struct AlarmArmed {
    Serial serial = 0;
    std::string error;  ///< empty: armed
};
struct OutputFlushed {
    Serial serial = 0;
};
struct SleepReturned {
    Serial serial = 0;
    SleepResult result;
};
struct Refreshed {
    Serial serial = 0;
    RefreshReport report;
};
struct Rehearsed {
    Serial serial = 0;
};

using SuspendEvent =
    std::variant<Requested, CancelRequested, RehearsalRequested, LocalSleepBegins, LocalSleepEnded,
                 Recovered, Expired, Inspected, HookFinished, AlarmChosen, AlarmArmed,
                 OutputFlushed, SleepReturned, Refreshed, Rehearsed>;

}  // namespace hypnos::agent
