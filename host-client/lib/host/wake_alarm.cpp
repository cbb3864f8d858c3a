// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/wake_alarm.hpp"

#include <glib.h>

#include "sleep/system/time/rtc.hpp"

namespace hypnos {
namespace {

constexpr const char* kMayWake = "/sys/class/rtc/rtc0/device/power/wakeup";
constexpr const char* kAlarm = "/sys/class/rtc/rtc0/wakealarm";

/// In the RTC's seconds, and never too early: its clock may be almost at the next second.
std::int64_t rtc_time_of(std::chrono::seconds now, std::chrono::milliseconds after) {
    return (now + std::chrono::ceil<std::chrono::seconds>(after)).count() + 1;
}

tl::unexpected<Error> no_rtc() {
    return fail(ErrorCode::Refused, std::string("this host has no RTC that could wake it: ") +
                                        sleep::kRtcTime + " or " + kAlarm +
                                        " cannot be read; sleep without an alarm");
}

}  // namespace

Result<void> WakeAlarm::can_wake() const {
    if (!sleep::read_rtc(root_) || !root_.has(kAlarm)) return no_rtc();
    const std::optional<std::string> may_wake = root_.read(kMayWake);
    if (!may_wake || *may_wake == "enabled") return {};
    return fail(ErrorCode::Refused, std::string("the RTC may not wake this host: ") + kMayWake +
                                        " says '" + *may_wake + "'; write 'enabled' there");
}

Result<AlarmPlan> WakeAlarm::plan(std::optional<std::chrono::milliseconds> after) const {
    const std::optional<std::chrono::seconds> now = sleep::read_rtc(root_);
    if (!now) return after ? Result<AlarmPlan>(no_rtc()) : AlarmPlan{};
    std::optional<std::int64_t> wanted;
    if (after) wanted = rtc_time_of(*now, *after);
    return plan_alarm(now->count(), wanted, rtc_.set_for());
}

Result<void> WakeAlarm::arm(const AlarmPlan& plan) const {
    if (!plan.set) return {};
    rtc_.clear();
    Result<void> armed = rtc_.arm(*plan.set);
    if (armed && rtc_.set_for() != plan.set)
        armed = fail(
            "the RTC did not keep the wake alarm that was written to it; look for another "
            "program that sets it");
    if (!armed) put_back(plan);
    return armed;
}

AlarmPlan WakeAlarm::keep_ahead(const AlarmPlan& armed, std::chrono::milliseconds after) const {
    const std::optional<std::chrono::seconds> now = sleep::read_rtc(root_);
    if (!now) return armed;
    return hypnos::keep_ahead(now->count(), rtc_time_of(*now, after), armed);
}

bool WakeAlarm::has_rung(std::int64_t at) const {
    const std::optional<std::chrono::seconds> now = sleep::read_rtc(root_);
    return now && now->count() >= at;
}

void WakeAlarm::put_back(const AlarmPlan& plan) const {
    if (!plan.set) return;
    rtc_.disarm(*plan.set);
    const std::optional<std::chrono::seconds> now = sleep::read_rtc(root_);
    if (!plan.keep || !now || *plan.keep <= now->count() || rtc_.set_for()) return;
    if (const Result<void> armed = rtc_.arm(*plan.keep); !armed)
        g_warning("cannot put another program's alarm back: %s", armed.error().message.c_str());
}

}  // namespace hypnos
