// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The system clock after a wake: stepped to the host's PTP clock, else to the RTC.

#pragma once

#include <optional>

#include "agent/core/clock_policy.hpp"
#include "agent/core/record.hpp"
#include "agent/system/time/system_clock.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Nothing without an RTC.
[[nodiscard]] std::optional<ClockBefore> read_clock_before(const Root& root,
                                                           const SystemClock& clock);

void set_clock(const Root& root, const SystemClock& clock, const std::optional<ClockBefore>& before,
               RefreshReport& report);

}  // namespace hypnos::agent
