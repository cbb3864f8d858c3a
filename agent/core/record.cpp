// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/record.hpp"

namespace hypnos::agent {
namespace {

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
    data.set("hooks", hooks_json(record.hooks));
    if (!record.wake_reason.empty()) data.set("wake-reason", record.wake_reason);
    add_refresh(data, record.refresh);
    if (!record.error.empty()) add_failure(data, record);
    return data;
}

}  // namespace hypnos::agent
