// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/time/clock_watch.hpp"

#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <limits>

namespace hypnos::sleep {

ClockWatch::ClockWatch(glib::Callback jumped)
    : jumped_(std::move(jumped)),
      timer_(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
    if (!timer_) {
        g_warning("cannot watch the clock: %s; sleeps that others start may go unnoticed",
                  g_strerror(errno));
        return;
    }
    arm();
    source_ = glib::watch(nullptr, timer_.get(), G_IO_IN, [this] {
        std::uint64_t expired = 0;
        if (read(timer_.get(), &expired, sizeof expired) >= 0 || errno != ECANCELED) return;
        arm();
        jumped_();
    });
}

void ClockWatch::arm() {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<std::time_t>::max();
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
}

}  // namespace hypnos::sleep
