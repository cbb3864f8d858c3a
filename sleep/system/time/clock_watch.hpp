// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tells that CLOCK_REALTIME jumped, which a wake from any sleep makes it do, and so does whoever
// sets it. timerfd_create(2), TFD_TIMER_CANCEL_ON_SET: waiting costs nothing. A sleep within one
// second of the RTC is the exception: the kernel gives it no length.

#pragma once

#include "glib/source.hpp"

namespace hypnos::sleep {

class ClockWatch {
  public:
    explicit ClockWatch(glib::Callback jumped);

  private:
    void arm();

    glib::Callback jumped_;
    UniqueFd timer_;
    glib::Source source_;
};

}  // namespace hypnos::sleep
