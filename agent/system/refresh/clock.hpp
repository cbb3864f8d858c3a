// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The system clock after a wake: stepped to the host's PTP clock, else to the RTC.

#pragma once

#include <functional>
#include <optional>

#include "agent/core/clock_policy.hpp"
#include "agent/core/record.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

/// CLOCK_REALTIME, or what a test has in its place.
struct SystemClock {
    std::function<std::chrono::nanoseconds()> now;
    std::function<bool()> synchronised;                     ///< by NTP
    std::function<int(std::chrono::nanoseconds step)> add;  ///< errno, 0 on success
};

/// With a root other than "/" it can be read only.
[[nodiscard]] SystemClock system_clock(const Root& root);

/// Nothing without an RTC.
[[nodiscard]] std::optional<ClockBefore> read_clock_before(const Root& root,
                                                           const SystemClock& clock);

void set_clock(const Root& root, const SystemClock& clock, const std::optional<ClockBefore>& before,
               RefreshReport& report);

}  // namespace hypnos::agent
