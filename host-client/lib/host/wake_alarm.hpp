// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The RTC's wake alarm for one sleep of the host, with another program's alarm kept.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "host/alarm_plan.hpp"
#include "sleep/system/time/rtc_alarm.hpp"

namespace hypnos {

class WakeAlarm {
  public:
    explicit WakeAlarm(const sleep::Root& root) : root_(root), rtc_(root) {}

    /// Refused if the RTC may not wake the machine (/sys/class/rtc/rtc0/device/power/wakeup, see
    /// Documentation/ABI/testing/sysfs-devices-power), or there is none.
    [[nodiscard]] Result<void> can_wake() const;

    /// `after` from now; nothing: no alarm is wanted. To be noted before it is armed.
    [[nodiscard]] Result<AlarmPlan> plan(std::optional<std::chrono::milliseconds> after) const;

    /// Sets it and reads it back. Fails with theirs put back.
    [[nodiscard]] Result<void> arm(const AlarmPlan& plan) const;

    /// See alarm_plan.hpp.
    [[nodiscard]] AlarmPlan keep_ahead(const AlarmPlan& armed,
                                       std::chrono::milliseconds after) const;

    /// Whether the time of an alarm has come.
    [[nodiscard]] bool has_rung(std::int64_t at) const;

    /// Ours goes, theirs is put back if it is still to come.
    void put_back(const AlarmPlan& plan) const;

  private:
    sleep::Root root_;
    sleep::RtcAlarm rtc_;
};

}  // namespace hypnos
