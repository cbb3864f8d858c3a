// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/record.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

Json phases_json(const std::vector<Phase>& phases) {
    Json result = Json::array();
    for (const Phase& phase : phases)
        result.append(Json::object({{"name", phase.name}, {"boottime-us", phase.at.count()}}));
    return result;
}

/// With output as long as it fits: an event must not exceed a message.
Json hooks_json(const std::vector<HookReport>& hooks) {
    constexpr std::size_t kOutputTogether = std::size_t{32} * 1024;
    Json result = Json::array();
    std::size_t output = 0;
    for (const HookReport& hook : hooks) {
        Json element = to_json(hook);
        output += hook.output.size();
        if (!hook.output.empty() && output <= kOutputTogether) element.set("output", hook.output);
        result.append(element);
    }
    return result;
}

void add_failure(Json& data, const Record& record) {
    data.set("error", record.error);
    if (record.os_error != 0) data.set("errno", record.os_error);
    if (!record.step.empty()) data.set("step", record.step);
    if (!record.device.empty()) data.set("device", record.device);
    if (!record.tasks.empty()) data.set("tasks", to_json(record.tasks));
}

std::string text(const Json& data, const char* name) { return data[name].string().value_or(""); }

int number(const Json& data, const char* name) {
    return static_cast<int>(data[name].integer().value_or(0));
}

milliseconds time(const Json& data, const char* name) {
    return milliseconds(data[name].integer().value_or(0));
}

std::vector<Phase> phases_from(const Json& list) {
    std::vector<Phase> phases;
    for (const Json& phase : list.elements())
        phases.push_back(
            {text(phase, "name"), BootTime(phase["boottime-us"].integer().value_or(0))});
    return phases;
}

HookReport hook_from(const Json& data) {
    HookReport report;
    report.name = text(data, "name");
    report.phase = text(data, "phase") == "pre" ? HookPhase::Pre : HookPhase::Post;
    report.result = text(data, "result");
    report.status = number(data, "status");
    report.took = time(data, "ms");
    if (const auto retry = data["retry-after-s"].integer())
        report.retry_after = std::chrono::seconds(*retry);
    return report;
}

void add_lists(Record& record, const Json& data) {
    record.phases = phases_from(data["phases"]);
    for (const Json& hook : data["hooks"].elements()) record.hooks.push_back(hook_from(hook));
    for (const Json& task : data["tasks"].elements())
        record.tasks.push_back({text(task, "name"), number(task, "pid")});
}

Json list_json(const std::vector<std::string>& texts) {
    Json result = Json::array();
    for (const std::string& text : texts) result.append(text);
    return result;
}

void add_refresh(Json& data, const RefreshReport& refresh) {
    if (refresh.clock_step) data.set("clock-step-ms", refresh.clock_step->count());
    if (!refresh.clock_source.empty()) data.set("clock-source", refresh.clock_source);
    if (refresh.reseeded) data.set("reseeded", *refresh.reseeded);
    if (!refresh.links.empty()) data.set("links", list_json(refresh.links));
    if (refresh.balloon_pages_lost) data.set("balloon-pages-lost", *refresh.balloon_pages_lost);
    if (!refresh.problems.empty()) data.set("refresh-problems", list_json(refresh.problems));
}

}  // namespace

Json begun_json(const Record& record) {
    return Json::object({{"transaction", record.request.transaction},
                         {"mode", name_of(record.request.mode)},
                         {"initiator", name_of(record.request.initiator)},
                         {"phases", phases_json(record.phases)}});
}

Json ended_json(const Record& record) {
    Json data = begun_json(record);
    data.set("outcome", name_of(record.outcome));
    data.set("slept-ms", record.slept.count());
    if (!record.wake_reason.empty()) data.set("wake-reason", record.wake_reason);
    data.set("hooks", hooks_json(record.hooks));
    add_refresh(data, record.refresh);
    if (!record.error.empty()) add_failure(data, record);
    return data;
}

std::optional<Record> record_from_json(const Json& data) {
    const auto mode = enumerator<SleepMode>(kSleepModeNames, text(data, "mode"));
    const auto initiator = enumerator<Initiator>(kInitiatorNames, text(data, "initiator"));
    const auto ended = enumerator<Outcome>(kOutcomeNames, text(data, "outcome"));
    const std::string transaction = text(data, "transaction");
    if (!mode || !initiator || !ended || transaction.empty()) return std::nullopt;
    Record record;
    record.request.mode = *mode;
    record.request.initiator = *initiator;
    record.request.transaction = transaction;
    record.outcome = *ended;
    record.error = text(data, "error");
    record.os_error = number(data, "errno");
    record.step = text(data, "step");
    record.device = text(data, "device");
    record.wake_reason = text(data, "wake-reason");
    record.slept = time(data, "slept-ms");
    add_lists(record, data);
    return record;
}

}  // namespace hypnos::agent
