// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/time/system_clock.hpp"

#include <sys/timex.h>

#include <cerrno>

#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::nanoseconds;

/// ADJ_SETOFFSET adds to the clock in one step: no time is lost between reading and setting it.
int add_to_realtime(nanoseconds step) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(step);
    timex change{};
    change.modes = ADJ_SETOFFSET | ADJ_NANO;
    change.time.tv_sec = seconds.count();
    change.time.tv_usec = (step - seconds).count();  // nanoseconds, by ADJ_NANO; never negative
    return adjtimex(&change) < 0 ? errno : 0;
}

bool is_synchronised() {
    timex state{};
    return adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

SystemClock system_clock(const Root& root) {
    const bool ours = root.is_system();
    return {.now = realtime, .synchronised = is_synchronised, .add = [ours](nanoseconds step) {
                return ours ? add_to_realtime(step) : EPERM;
            }};
}

}  // namespace hypnos::agent
