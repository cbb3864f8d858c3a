// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/record.hpp"

namespace hypnos::agent {
namespace {

Json hook_json(const HookReport& hook) {
    Json result = Json::object({{"name", hook.name},
                                {"phase", name_of(hook.phase)},
                                {"result", hook.result},
                                {"status", hook.status},
                                {"ms", hook.took.count()}});
    if (!hook.output.empty()) result.set("output", hook.output);
    return result;
}

Json phase_json(const Phase& phase) {
    return Json::object({{"name", phase.name}, {"boottime-us", phase.at.count()}});
}

template <typename T>
Json array_of(const std::vector<T>& items, Json (*convert)(const T&)) {
    Json result = Json::array();
    for (const T& item : items) result.append(convert(item));
    return result;
}

void add_failure(Json& data, const Record& record) {
    data.set("error", record.error);
    if (record.os_error != 0) data.set("errno", record.os_error);
    if (!record.step.empty()) data.set("step", record.step);
    if (!record.device.empty()) data.set("device", record.device);
}

}  // namespace

std::string_view name_of(HookPhase phase) { return phase == HookPhase::Pre ? "pre" : "post"; }

Json begun_json(const Record& record) {
    return Json::object({{"transaction", record.request.transaction},
                         {"mode", name_of(record.request.mode)},
                         {"initiator", name_of(record.request.initiator)},
                         {"phases", array_of(record.phases, phase_json)}});
}

Json ended_json(const Record& record) {
    Json data = begun_json(record);
    data.set("outcome", name_of(record.outcome));
    data.set("slept-ms", record.slept.count());
    data.set("hooks", array_of(record.hooks, hook_json));
    if (!record.error.empty()) add_failure(data, record);
    return data;
}

}  // namespace hypnos::agent
