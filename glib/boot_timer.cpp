// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/boot_timer.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace hypnos::glib {

BootTimer::BootTimer(GMainContext* context, Callback due)
    : timer_(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
      source_(watch(context, timer_.get(), G_IO_IN, [this, due = std::move(due)] {
          std::uint64_t expirations = 0;
          if (read(timer_.get(), &expirations, sizeof expirations) > 0) due();
      })) {}

void BootTimer::set(std::optional<std::chrono::microseconds> boottime) {
    itimerspec when{};
    if (boottime) {
        when.it_value.tv_sec = boottime->count() / 1000000;
        when.it_value.tv_nsec = boottime->count() % 1000000 * 1000 + 1;  // all zero would disarm
    }
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace hypnos::glib
