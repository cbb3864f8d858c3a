// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/record.hpp"

#include <string_view>

#include "hypnos/protocol/power.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMost = std::int64_t{1} << 50;  // 35 years in microseconds

std::optional<std::int64_t> sane(const Json& number) {
    const std::optional<std::int64_t> value = number.integer();
    return value && *value >= 0 && *value < kMost ? value : std::nullopt;
}

std::optional<std::int64_t> phase(const Json& record, std::string_view name) {
    for (const Json& element : record["phases"].elements()) {
        if (element["name"] == Json(name)) return sane(element["boottime-us"]);
    }
    return std::nullopt;
}

}  // namespace

bool is_final(const Event& event) {
    return event.name == events::kResumed || event.name == events::kSuspendFailed ||
           event.name == events::kImageLost;
}

bool is_lost(const Json& record) { return record["outcome"] == Json(name_of(Outcome::ImageLost)); }

std::optional<milliseconds> slept_of(const Json& record) {
    const std::optional<std::int64_t> ms = sane(record["slept-ms"]);
    if (!ms) return std::nullopt;
    return milliseconds(*ms);
}

std::optional<std::chrono::microseconds> boottime_of(const Json& status) {
    const std::optional<std::int64_t> now = sane(status["boottime-us"]);
    if (!now) return std::nullopt;
    return std::chrono::microseconds(*now);
}

std::optional<milliseconds> age_of_last(const Json& status) {
    const std::optional<std::chrono::microseconds> now = boottime_of(status);
    const Json last = status["last"];
    const std::optional<std::int64_t> ended = phase(last, is_lost(last) ? "finished" : "returned");
    if (!now || !ended || now->count() < *ended) return std::nullopt;
    return milliseconds((now->count() - *ended) / 1000);
}

std::string slept_words(milliseconds slept) {
    if (slept < milliseconds(1000)) return "for less than a second";
    return in_words(slept);
}

std::optional<milliseconds> away_of(const Json& record) {
    const std::optional<std::int64_t> left = phase(record, "hooks-run");
    const std::optional<std::int64_t> returned = phase(record, "returned");
    if (!left || !returned || *returned < *left) return std::nullopt;
    return milliseconds((*returned - *left) / 1000);
}

}  // namespace hypnos
