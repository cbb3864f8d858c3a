// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/hook.hpp"

namespace hypnos::agent {
namespace {

std::optional<std::int64_t> number_below(std::int64_t end, const Json& saved) {
    const std::optional<std::int64_t> number = saved.integer();
    return number && *number >= 0 && *number < end ? number : std::nullopt;
}

}  // namespace

std::string_view name_of(HookPhase phase) { return phase == HookPhase::Pre ? "pre" : "post"; }

Json to_json(const Hook& hook) {
    return Json::object({{"name", hook.name},
                         {"path", hook.path},
                         {"on-failure", static_cast<int>(hook.on_failure)},
                         {"style", static_cast<int>(hook.style)},
                         {"limit-ms", hook.limit.count()}});
}

std::optional<Hook> hook_from_json(const Json& saved) {
    const auto name = saved["name"].string();
    const auto path = saved["path"].string();
    const auto on_failure = number_below(3, saved["on-failure"]);
    const auto style = number_below(2, saved["style"]);
    const auto limit = saved["limit-ms"].integer();
    if (!name || !path || !on_failure || !style || limit.value_or(-1) < 0) return std::nullopt;
    return Hook{*name, *path, static_cast<OnFailure>(*on_failure), static_cast<HookStyle>(*style),
                std::chrono::milliseconds(*limit)};
}

/// Without its output, for which an event may have no room.
Json to_json(const HookReport& report) {
    Json result = Json::object({{"name", report.name},
                                {"phase", name_of(report.phase)},
                                {"result", report.result},
                                {"status", report.status},
                                {"ms", report.took.count()}});
    if (report.retry_after) result.set("retry-after-s", report.retry_after->count());
    return result;
}

}  // namespace hypnos::agent
