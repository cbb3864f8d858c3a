// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What must be known before a sleep: what speaks against it, which hooks there are, how the kernel
// will be asked. Blocks for some milliseconds, longer where something is wrong; made to run on a
// thread of its own, so it owns all that it uses.

#pragma once

#include <vector>

#include "agent/core/hook.hpp"
#include "agent/core/record.hpp"
#include "agent/system/config.hpp"
#include "sleep/core/preflight.hpp"
#include "sleep/system/power/power.hpp"

namespace hypnos::agent {

using namespace sleep;

struct Inspection {
    std::vector<Finding> findings;
    std::vector<Hook> hooks;
    SleepPlan plan;
};

/// Findings alone: for who only asks.
[[nodiscard]] std::vector<Finding> find_obstacles(const Power& power,
                                                  const PreflightQuestion& question);

[[nodiscard]] Inspection inspect(const Power& power, const Config& config,
                                 const SuspendRequest& request);

}  // namespace hypnos::agent
