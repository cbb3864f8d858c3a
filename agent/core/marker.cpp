// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/marker.hpp"

#include <array>
#include <string_view>

namespace hypnos::agent {
namespace {

constexpr int kVersion = 1;
constexpr std::array<std::string_view, 3> kStages = {"preparing", "entering", "returned"};

Json hooks_json(const std::vector<Hook>& hooks) {
    Json list = Json::array();
    for (const Hook& hook : hooks) list.append(to_json(hook));
    return list;
}

std::vector<Hook> hooks_from(const Json& list) {
    std::vector<Hook> hooks;
    for (const Json& saved : list.elements()) {
        if (const std::optional<Hook> hook = hook_from_json(saved)) hooks.push_back(*hook);
    }
    return hooks;
}

}  // namespace

Json to_json(const Marker& marker) {
    Json saved = Json::object({{"version", kVersion},
                               {"boot-id", marker.boot_id},
                               {"stage", kStages.at(static_cast<std::size_t>(marker.stage))},
                               {"require", name_of(marker.record.request.require)},
                               {"record", ended_json(marker.record)},
                               {"undo", hooks_json(marker.undo)},
                               {"restore-mem-sleep", marker.restore_mem_sleep},
                               {"restore-disk", marker.restore_disk},
                               {"baseline", to_json(marker.baseline)}});
    if (marker.alarm) saved.set("alarm", *marker.alarm);
    return saved;
}

std::optional<Marker> marker_from_json(const Json& saved) {
    const auto stage = enumerator<Marker::Stage>(kStages, saved["stage"].string().value_or(""));
    const auto require = enumerator<Require>(kRequireNames, saved["require"].string().value_or(""));
    std::optional<Record> record = record_from_json(saved["record"]);
    const auto baseline = baseline_from_json(saved["baseline"]);
    if (saved["version"] != Json(kVersion) || !stage || !require || !record || !baseline)
        return std::nullopt;
    record->request.require = *require;
    Marker marker;
    marker.boot_id = saved["boot-id"].string().value_or("");
    marker.stage = *stage;
    marker.record = *record;
    marker.undo = hooks_from(saved["undo"]);
    marker.alarm = saved["alarm"].integer();
    marker.restore_mem_sleep = saved["restore-mem-sleep"].string().value_or("");
    marker.restore_disk = saved["restore-disk"].string().value_or("");
    marker.baseline = *baseline;
    return marker;
}

}  // namespace hypnos::agent
