// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Which sleeps of this host can work now, by the kernel's files and by logind. Blocks for some
// milliseconds, longer where something is wrong; made to run on a thread of its own.

#pragma once

#include <string>

#include "hypnos/host_power.hpp"
#include "sleep/core/preflight.hpp"
#include "sleep/system/power/power.hpp"

namespace hypnos {

/// What decides one target. `logind_says` is the answer of CanSuspend and its like: "yes", "challenge",
/// "no", "na"; empty without logind.
struct TargetFacts {
    HostTarget target = HostTarget::Mem;
    bool logind_backend = false;
    bool force = false;  ///< inhibitors do not block
    std::string logind_says;
    sleep::PowerFacts facts;
};

/// Pure.
[[nodiscard]] HostCapability judge(const TargetFacts& known);
[[nodiscard]] sleep::SleepPlan plan_for(HostTarget target, const sleep::PowerFacts& facts);
[[nodiscard]] SleepMode mode_of(HostTarget target);

/// Auto: Logind if it is on the bus.
[[nodiscard]] HostBackend resolve(HostBackend backend, const sleep::Root& root);

[[nodiscard]] HostCapabilities inspect_all(const sleep::Power& power, HostBackend backend);

/// One target, with who inhibits sleep, and how to ask the kernel for it.
struct Inspection {
    HostCapability capability;
    HostBackend backend = HostBackend::Logind;
    sleep::SleepPlan plan;
};
[[nodiscard]] Inspection inspect(const sleep::Power& power, HostBackend backend, HostTarget target,
                                 bool force);

}  // namespace hypnos
