// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/sleep_store.hpp"

#include <glib.h>

#include "hypnos/protocol/reader.hpp"

namespace hypnos {
namespace {

constexpr const char* kUnfinished = "/var/lib/hypnos/host/operation.json";
constexpr const char* kLast = "/var/lib/hypnos/host/last.json";

Json read(const sleep::Root& root, const char* file) {
    return read_json(root.text(file)).value_or(Json());
}

}  // namespace

Result<void> SleepStore::save(const Unfinished& unfinished) const {
    Json json = to_json(unfinished.sleep);
    json.set("boot-id", unfinished.boot_id);
    json.set("before", sleep::to_json(unfinished.before));
    json.set("mem-sleep", unfinished.mem_sleep);
    return root_.replace_durably(kUnfinished, json.dump() + "\n");
}

void SleepStore::finish(const HostSleep& sleep) const {
    if (const Result<void> kept = root_.replace_durably(kLast, to_json(sleep).dump() + "\n"); !kept)
        g_warning("%s; the outcome of this sleep will not be known to others",
                  kept.error().message.c_str());
    forget();
}

void SleepStore::forget() const { root_.remove(kUnfinished); }

std::optional<Unfinished> SleepStore::unfinished() const {
    const Json json = read(root_, kUnfinished);
    const std::optional<HostSleep> sleep = host_sleep_from_json(json);
    const auto before = sleep::baseline_from_json(json["before"]);
    if (!sleep || !before) return std::nullopt;
    return Unfinished{*sleep, json["boot-id"].string().value_or(""), *before,
                      json["mem-sleep"].string().value_or("")};
}

std::optional<HostSleep> SleepStore::current() const {
    return host_sleep_from_json(read(root_, kUnfinished));
}

std::optional<HostSleep> SleepStore::last() const {
    return host_sleep_from_json(read(root_, kLast));
}

}  // namespace hypnos
