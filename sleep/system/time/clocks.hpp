// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The three clocks (clock_gettime(2)): realtime can jump, monotonic stands still while the machine
// sleeps, boottime goes on.

#pragma once

#include <chrono>
#include <ctime>

namespace hypnos::sleep {

inline std::chrono::nanoseconds read_clock(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

inline std::chrono::nanoseconds boottime() { return read_clock(CLOCK_BOOTTIME); }
inline std::chrono::nanoseconds realtime() { return read_clock(CLOCK_REALTIME); }

/// Time spent asleep since boot: what boottime has and monotonic has not. On x86 without a
/// paravirtual clock the kernel takes it from the RTC, so a short sleep is known to a second only.
inline std::chrono::nanoseconds time_asleep() {
    // Two clocks are not read at once; the gap between the readings must not look like sleep.
    const auto before = read_clock(CLOCK_MONOTONIC);
    const auto boot = boottime();
    const auto after = read_clock(CLOCK_MONOTONIC);
    return boot - before - (after - before) / 2;
}

}  // namespace hypnos::sleep
