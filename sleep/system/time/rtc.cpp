// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/time/rtc.hpp"

#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <ctime>

#include "glib/unique_fd.hpp"
#include "sleep/core/number.hpp"

namespace hypnos::sleep {

std::optional<std::chrono::seconds> read_rtc(const Root& root) {
    const std::optional<std::int64_t> seconds = leading_number(root.text(kRtcTime));
    return seconds ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt;
}

int set_rtc(const Root& root, std::chrono::seconds shown) {
    if (!root.is_system()) return EPERM;
    const std::time_t seconds = shown.count();
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    const rtc_time time{.tm_sec = utc.tm_sec,
                        .tm_min = utc.tm_min,
                        .tm_hour = utc.tm_hour,
                        .tm_mday = utc.tm_mday,
                        .tm_mon = utc.tm_mon,
                        .tm_year = utc.tm_year};
    const UniqueFd device(open(root.path(kRtcDevice).c_str(), O_RDONLY | O_CLOEXEC));
    if (!device) return errno;
    return ioctl(device.get(), RTC_SET_TIME, &time) < 0 ? errno : 0;
}

}  // namespace hypnos::sleep
