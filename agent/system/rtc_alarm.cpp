// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/rtc_alarm.hpp"

#include <glib.h>

#include <cerrno>

namespace hypnos::agent {
namespace {

constexpr const char* kWakeAlarm = "/sys/class/rtc/rtc0/wakealarm";

}  // namespace

Result<void> RtcAlarm::arm(std::chrono::milliseconds delay) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(delay).count();
    const int error = root_.write(kWakeAlarm, "+" + std::to_string(seconds));
    if (error == 0) return {};
    std::string hint = error == EBUSY ? "; another program's alarm is set: clear it first"
                                      : "; the guest needs an RTC with an alarm";
    return fail(std::string("cannot set the wake alarm in ") + kWakeAlarm + ": " +
                g_strerror(error) + hint);
}

void RtcAlarm::disarm() {
    // EINVAL means that it has fired already, which clears it.
    [[maybe_unused]] const int error = root_.write(kWakeAlarm, "0");
}

}  // namespace hypnos::agent
