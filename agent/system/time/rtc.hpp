// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The time that the RTC shows, by /sys/class/rtc.

#pragma once

#include <chrono>

#include "agent/core/number.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

inline constexpr const char* kRtcTime = "/sys/class/rtc/rtc0/since_epoch";

/// Since 1970, in whole seconds, cut off; nothing without an RTC.
[[nodiscard]] inline std::optional<std::chrono::seconds> read_rtc(const Root& root) {
    const std::optional<std::int64_t> seconds = leading_number(root.text(kRtcTime));
    return seconds ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt;
}

}  // namespace hypnos::agent
