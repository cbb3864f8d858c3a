// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The RTC's time of day: read by /sys/class/rtc, which nobody can keep busy, set by rtc(4).

#pragma once

#include <chrono>
#include <optional>

#include "sleep/system/root.hpp"

namespace hypnos::sleep {

inline constexpr const char* kRtcTime = "/sys/class/rtc/rtc0/since_epoch";
inline constexpr const char* kRtcDevice = "/dev/rtc0";
inline constexpr const char* kAdjtime = "/etc/adjtime";

/// What it shows, as if that were UTC, since 1970, in whole seconds, cut off; nothing without an RTC.
[[nodiscard]] std::optional<std::chrono::seconds> read_rtc(const Root& root);

/// Makes it show that time, as if that were UTC. errno, 0 on success; EPERM with a root other than
/// "/".
[[nodiscard]] int set_rtc(const Root& root, std::chrono::seconds shown);

}  // namespace hypnos::sleep
