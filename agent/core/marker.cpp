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

std::optional<std::vector<Hook>> hooks_from(const Json& list) {
    if (!list.is_array()) return std::nullopt;
    std::vector<Hook> hooks;
    for (const Json& saved : list.elements()) {
        const std::optional<Hook> hook = hook_from_json(saved);
        if (!hook) return std::nullopt;
        hooks.push_back(*hook);
    }
    return hooks;
}

/// The request as far as it matters once it has been granted.
std::optional<Record> record_from(const Json& saved) {
    const auto require = enumerator<Require>(kRequireNames, saved["require"].string().value_or(""));
    std::optional<Record> record = record_from_json(saved["record"]);
    if (!require || !record) return std::nullopt;
    record->request.require = *require;
    return record;
}

/// Null: none; anything but a number is no marker.
bool is_alarm(const Json& saved) { return saved.is_null() || saved.integer(); }

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
    const auto boot_id = saved["boot-id"].string();
    const auto stage = enumerator<Marker::Stage>(kStages, saved["stage"].string().value_or(""));
    const std::optional<Record> record = record_from(saved);
    const std::optional<std::vector<Hook>> undo = hooks_from(saved["undo"]);
    const auto mem_sleep = saved["restore-mem-sleep"].string();
    const auto disk = saved["restore-disk"].string();
    const std::optional<Baseline> baseline = baseline_from_json(saved["baseline"]);
    const bool complete = boot_id && stage && record && undo && mem_sleep && disk && baseline;
    if (saved["version"] != Json(kVersion) || !complete || !is_alarm(saved["alarm"]))
        return std::nullopt;
    return Marker{*boot_id,   *stage, *record,  *undo, saved["alarm"].integer(),
                  *mem_sleep, *disk,  *baseline};
}

}  // namespace hypnos::agent
