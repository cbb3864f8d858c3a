// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/report.hpp"

#include <string_view>
#include <vector>

namespace hypnos {
namespace {

Json head(const std::string& guest, std::string_view verb) {
    return Json::object({{"guest", guest}, {"verb", verb}});
}

Json to_json(const std::vector<Step>& steps) {
    Json result = Json::array();
    for (const Step& step : steps)
        result.append(Json::object({{"name", step.name}, {"at-us", step.at.count()}}));
    return result;
}

Json to_json(const std::vector<ClockAnchor>& anchors) {
    Json result = Json::array();
    for (const ClockAnchor& anchor : anchors)
        result.append(Json::object({{"host-us", anchor.host.count()},
                                    {"guest-us", anchor.guest.count()},
                                    {"error-us", anchor.error.count()}}));
    return result;
}

Json to_json(const Restored& restored) {
    Json result = Json::object({{"clock-set", restored.clock_set}});
    if (restored.balloon) result.set("balloon-bytes", *restored.balloon);
    if (restored.clock_offset) result.set("clock-offset-ms", restored.clock_offset->count());
    Json problems = Json::array();
    for (const std::string& problem : restored.problems) problems.append(problem);
    return result.set("problems", problems);
}

/// What everybody asks of a record, where it need not be looked for. The guest may have sent any
/// type: another one is left out.
void add_summary(Json& result, const Json& record) {
    if (record.is_null()) return;
    if (record["outcome"].string()) result.set("outcome", record["outcome"]);
    if (record["slept-ms"].integer()) result.set("slept-ms", record["slept-ms"]);
    result.set("record", record);
}

Json error_member(const Error& error) { return Json::object({{"error", error.message}}); }

const char* class_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::Usage:
            return "usage";
        case ErrorCode::Unreachable:
            return "unreachable";
        case ErrorCode::Refused:
            return "refused";
        case ErrorCode::TimedOut:
            return "timed-out";
        case ErrorCode::Generic:
        case ErrorCode::CommandNotFound:
            return "failed";
    }
    return "failed";
}

}  // namespace

Json to_json(const std::string& guest, SleepMode mode, const SuspendReport& report) {
    Json result = head(guest, "suspend");
    result.set("outcome", name_of(report.verdict.outcome))
        .set("text", report.verdict.text)
        .set("mode", name_of(mode))
        .set("transaction", report.transaction);
    if (!report.boot_id.empty()) result.set("boot-id", report.boot_id);
    if (!report.record.is_null()) result.set("record", report.record);
    if (report.balloon) result.set("balloon-bytes", *report.balloon);
    return result.set("timeline", to_json(report.timeline)).set("anchors", to_json(report.anchors));
}

Json to_json(const std::string& guest, const WakeReport& report) {
    Json result = head(guest, "wake");
    result.set("was-asleep", report.was_asleep)
        .set("started", report.started)
        .set("image-lost", report.image_lost)
        .set("text", report.text);
    if (!report.boot_id.empty()) result.set("boot-id", report.boot_id);
    add_summary(result, report.record);
    if (report.image_lost) result.set("outcome", name_of(Outcome::ImageLost));
    return result.set("timeline", to_json(report.timeline))
        .set("anchors", to_json(report.anchors))
        .set("restored", to_json(report.restored));
}

Json to_json(const std::string& guest, const GuestStatus& status) {
    const Json qemu = status.run_state ? Json::object({{"run-state", *status.run_state}})
                                       : error_member(status.run_state.error());
    return head(guest, "status")
        .set("agent", status.agent ? *status.agent : error_member(status.agent.error()))
        .set("qemu", qemu);
}

Json to_json(const std::string& guest, SleepMode mode, const PreflightReport& report) {
    return head(guest, "preflight")
        .set("mode", name_of(mode))
        .set("works", report.works)
        .set("findings", Json::array(report.findings));
}

Json error_json(const std::string& guest, const std::string& verb, const Error& error) {
    return head(guest, verb)
        .set("error", Json::object({{"class", class_of(error.code)}, {"text", error.message}}));
}

}  // namespace hypnos
