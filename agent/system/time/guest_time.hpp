// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// guest-set-time: the system clock and the RTC to what the host says, or the one to the other.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "agent/system/time/system_clock.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// The two clocks, or what a test has in their place.
struct GuestTime {
    SystemClock system;
    bool rtc_is_local = false;  ///< it shows the guest's local time
    std::function<std::optional<std::chrono::seconds>()> read_rtc;  ///< what it shows
    std::function<int(std::chrono::seconds shown)> set_rtc;         ///< errno, 0 on success
};

/// With a root other than "/" neither can be set.
[[nodiscard]] GuestTime guest_time(const Root& root);

/// Since 1970. Sets the system clock, then the RTC; a warning if only the clock could be set, else
/// empty.
[[nodiscard]] Result<std::string> set_time(const GuestTime& clocks, std::chrono::nanoseconds time);

/// The system clock from the RTC. Waits, for a second at most, for the RTC to begin a second.
[[nodiscard]] Result<void> take_time_from_rtc(const GuestTime& clocks);

}  // namespace hypnos::agent
