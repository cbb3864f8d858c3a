// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/clock.hpp"

#include <ctime>

namespace hypnos {
namespace {

HostTime read_clock(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return std::chrono::duration_cast<HostTime>(std::chrono::seconds(now.tv_sec) +
                                                std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

HostTime host_now() { return read_clock(CLOCK_BOOTTIME); }

bool stamped_before(std::int64_t realtime_us, HostTime at) {
    const HostTime age = read_clock(CLOCK_REALTIME) - HostTime(realtime_us);
    return realtime_us > 0 && age > host_now() - at;
}

HostTime host_time_of(std::int64_t realtime_us, HostTime earliest) {
    const HostTime now = host_now();
    const HostTime age = read_clock(CLOCK_REALTIME) - HostTime(realtime_us);
    const bool plausible = realtime_us > 0 && age >= HostTime(0) && age <= now - earliest;
    return plausible ? now - age : now;
}

}  // namespace hypnos
