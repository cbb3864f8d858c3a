// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/time/rtc_alarm.hpp"

#include <glib.h>

#include <cerrno>

#include "sleep/core/number.hpp"
#include "sleep/system/time/rtc.hpp"

namespace hypnos::sleep {
namespace {

constexpr const char* kWakeAlarm = "/sys/class/rtc/rtc0/wakealarm";

Error cannot_set(const std::string& why, const char* hint) {
    return {ErrorCode::Generic,
            std::string("cannot set the wake alarm in ") + kWakeAlarm + ": " + why + "; " + hint};
}

constexpr const char* kNeedsRtc = "the machine needs an RTC with an alarm";
constexpr const char* kForeign = "another program's alarm is set: clear it first";

}  // namespace

std::optional<std::int64_t> RtcAlarm::set_for() const {
    const std::optional<std::int64_t> at = leading_number(root_.text(kWakeAlarm));
    return at && *at > 0 ? at : std::nullopt;
}

Result<std::int64_t> RtcAlarm::choose(std::chrono::milliseconds delay) const {
    const std::optional<std::chrono::seconds> now = read_rtc(root_);
    if (!now) return fail(cannot_set(std::string(kRtcTime) + " cannot be read", kNeedsRtc));
    if (const auto other = set_for())
        return fail(cannot_set("it is set for " + std::to_string(*other), kForeign));
    return (*now + std::chrono::ceil<std::chrono::seconds>(delay)).count();
}

Result<void> RtcAlarm::arm(std::int64_t at) const {
    const int error = root_.write(kWakeAlarm, std::to_string(at));
    if (error == 0) return {};
    return fail(cannot_set(g_strerror(error), error == EBUSY ? kForeign : kNeedsRtc));
}

void RtcAlarm::disarm(std::int64_t at) const {
    if (set_for() == at) clear();  // else it has fired, which clears it
}

void RtcAlarm::clear() const {
    if (!set_for()) return;
    if (const int error = root_.write(kWakeAlarm, "0"); error != 0)
        g_warning("cannot clear %s: %s", kWakeAlarm, g_strerror(error));
}

}  // namespace hypnos::sleep
