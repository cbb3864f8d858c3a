// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The wake alarm of the RTC, by /sys/class/rtc/rtc0/wakealarm: the kernel refuses to overwrite an
// alarm that somebody else has set (EBUSY), unlike the ioctl of rtc(4).

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sleep/system/root.hpp"

namespace hypnos::sleep {

class RtcAlarm {
  public:
    explicit RtcAlarm(const Root& root) : root_(root) {}

    /// The RTC's time, in seconds since the epoch, that is `delay` from now, rounded up. Fails if
    /// there is no alarm, or if somebody else has set it.
    [[nodiscard]] Result<std::int64_t> choose(std::chrono::milliseconds delay) const;

    [[nodiscard]] Result<void> arm(std::int64_t at) const;

    /// Takes it away if it is still the one that was set for `at`.
    void disarm(std::int64_t at) const;

    /// Takes any away.
    void clear() const;

    /// When the alarm will ring, whoever set it; nothing: it is off.
    [[nodiscard]] std::optional<std::int64_t> set_for() const;

  private:
    Root root_;
};

}  // namespace hypnos::sleep
