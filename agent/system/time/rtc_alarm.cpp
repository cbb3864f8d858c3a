// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/rtc_alarm.hpp"

#include <glib.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace hypnos::agent {
namespace {

constexpr const char* kWakeAlarm = "/sys/class/rtc/rtc0/wakealarm";
constexpr const char* kNow = "/sys/class/rtc/rtc0/since_epoch";

Error cannot_set(const std::string& why, const char* hint) {
    return {ErrorCode::Generic,
            std::string("cannot set the wake alarm in ") + kWakeAlarm + ": " + why + "; " + hint};
}

constexpr const char* kNeedsRtc = "the guest needs an RTC with an alarm";
constexpr const char* kForeign = "another program's alarm is set: clear it first";

}  // namespace

std::string RtcAlarm::set_for() const { return root_.read(kWakeAlarm).value_or(""); }

Result<std::int64_t> RtcAlarm::choose(std::chrono::milliseconds delay) const {
    const std::string now = root_.read(kNow).value_or("");
    std::int64_t epoch = 0;
    const auto [end, error] = std::from_chars(now.data(), now.data() + now.size(), epoch);
    if (error != std::errc() || end == now.data())
        return fail(cannot_set(std::string(kNow) + " cannot be read", kNeedsRtc));
    if (!set_for().empty()) return fail(cannot_set("it is set for " + set_for(), kForeign));
    return epoch + std::chrono::ceil<std::chrono::seconds>(delay).count();
}

Result<void> RtcAlarm::arm(std::int64_t at) const {
    const int error = root_.write(kWakeAlarm, std::to_string(at));
    if (error == 0) return {};
    return fail(cannot_set(g_strerror(error), error == EBUSY ? kForeign : kNeedsRtc));
}

void RtcAlarm::disarm(std::int64_t at) const {
    if (set_for() != std::to_string(at)) return;  // it has fired, which clears it
    [[maybe_unused]] const int error = root_.write(kWakeAlarm, "0");
}

}  // namespace hypnos::agent
