// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether to step the system clock after a wake, and by how much. Pure.
//
// A step is what has to be added to the system clock. Nothing to do is no step.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

using ClockStep = std::optional<std::chrono::nanoseconds>;

/// A PTP clock, read between two readings of the system clock.
struct PtpSample {
    std::chrono::nanoseconds before{}, ptp{}, after{};
};

/// Whether a PTP clock of that name (/sys/class/ptp/ptpN/clock_name) is the host's time of day. A
/// network card's clock is not: it counts TAI, or from when it was switched on.
[[nodiscard]] bool is_host_clock(std::string_view clock_name);

/// By the sample that took the shortest time; more than 100 ms, or none.
[[nodiscard]] ClockStep step_by_ptp(const std::vector<PtpSample>& samples);

/// The RTC, and the system clock at the same time.
struct RtcReading {
    std::chrono::seconds rtc{};  ///< whole seconds since 1970, cut off
    std::chrono::nanoseconds system{};
};

struct ClockBefore {
    RtcReading reading;
    bool synchronised = false;  ///< by NTP, as the kernel knows it: adjtimex(2)
};

/// Whether the text of /etc/adjtime, hwclock(8), says that the RTC is in local time.
[[nodiscard]] bool rtc_in_local_time(std::string_view adjtime);

/// More than 2 s, as the RTC counts whole ones, or none. A clock that NTP kept when the machine went
/// to sleep was right: then only what the sleep added counts, and an RTC that was off before it does
/// no harm. Any other clock is set to what the RTC says.
///
/// An error if the RTC is wrong beyond doubt: it is before 2024, or has gone backwards in the sleep.
/// That it is before the system clock of that time proves nothing, for that clock may be the wrong
/// one.
[[nodiscard]] Result<ClockStep> step_by_rtc(const std::optional<ClockBefore>& before,
                                            const RtcReading& now);

}  // namespace hypnos::agent
