// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The wake alarm of the RTC, by /sys/class/rtc/rtc0/wakealarm: the kernel refuses to overwrite an
// alarm that somebody else has set (EBUSY), unlike the ioctl of rtc(4).

#pragma once

#include <chrono>

#include "agent/system/root.hpp"

namespace hypnos::agent {

class RtcAlarm {
  public:
    explicit RtcAlarm(const Root& root) : root_(root) {}

    /// Rounds up to whole seconds, the alarm's unit.
    [[nodiscard]] Result<void> arm(std::chrono::milliseconds delay);
    void disarm();

  private:
    Root root_;
};

}  // namespace hypnos::agent
