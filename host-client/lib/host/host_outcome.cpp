// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/host_outcome.hpp"

#include "host/inspection.hpp"

namespace hypnos {
namespace {

using WokenBy = HostSleep::WokenBy;

/// A wakeup source that is no RTC is the better witness: an alarm may also ring in a host that is
/// awake again.
WokenBy woken_by(const std::string& reason, const AlarmsRung& rung) {
    const bool may_be_alarm = reason.empty() || reason == "rtc";
    if (may_be_alarm && rung.ours) return WokenBy::Alarm;
    return may_be_alarm && rung.theirs ? WokenBy::OtherAlarm : WokenBy::Other;
}

Json details_of(const sleep::SleepResult& result) {
    Json details = Json::object();
    if (result.os_error != 0) details.set("errno", result.os_error);
    if (!result.step.empty()) details.set("step", result.step);
    if (!result.device.empty()) details.set("device", result.device);
    if (!result.tasks.empty()) details.set("tasks", sleep::to_json(result.tasks));
    return details;
}

bool writes_image(HostTarget target) {
    return target == HostTarget::Disk || target == HostTarget::Hybrid;
}

}  // namespace

void conclude(HostSleep& sleep, const sleep::SleepResult& result, const AlarmsRung& rung) {
    sleep.outcome = sleep::judge_sleep(mode_of(sleep.target), result);
    sleep.slept = result.slept;
    sleep.wake_reason = result.wake_reason;
    if (!sleep::did_sleep(sleep.outcome)) {
        sleep.text = sleep::failure_text(result);
        sleep.details = details_of(result);
        return;
    }
    sleep.woken_by = woken_by(result.wake_reason, rung);
}

void conclude_after_boot(HostSleep& sleep) {
    const bool asked = sleep.state == HostSleep::State::Entering;
    if (asked && writes_image(sleep.target))
        return conclude_without_sleep(sleep, Outcome::ImageLost,
                                      "the host has been started afresh since: its image, and all "
                                      "that ran, is lost; look for "
                                      "resume= and swap (hypnosctl host capabilities)");
    conclude_without_sleep(
        sleep, Outcome::Failed,
        "the host has been started afresh since; it lost power or was restarted");
}

void conclude_without_sleep(HostSleep& sleep, Outcome outcome, const std::string& text) {
    sleep.outcome = outcome;
    sleep.text = text;
}

}  // namespace hypnos
