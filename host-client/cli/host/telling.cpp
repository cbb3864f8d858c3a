// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "telling.hpp"

#include <glib.h>

#include <memory>

#include "hypnos/report.hpp"

namespace hypnos::cli::host {
namespace {

using std::chrono::milliseconds;

constexpr const char* kSuspend = "host-suspend";

std::string two(std::int64_t much, const char* unit, std::int64_t rest, const char* small) {
    const std::string first = std::to_string(much) + " " + unit;
    return rest == 0 ? first : first + " " + std::to_string(rest) + " " + small;
}

std::string woken_in_words(const HostSleep& sleep) {
    const std::string source = sleep.wake_reason.empty() ? "" : " (" + sleep.wake_reason + ")";
    switch (sleep.woken_by) {
        case HostSleep::WokenBy::Nothing:
            return "";
        case HostSleep::WokenBy::Alarm:
            return ", woken by the alarm" + source;
        case HostSleep::WokenBy::OtherAlarm:
            return ", woken by another program's alarm" + source;
        case HostSleep::WokenBy::Other:
            return ", woken by something else than an alarm" + source;
    }
    return "";
}

bool is_asleep_at_all(const HostSleep& sleep) {
    return sleep.slept.count() > 0 || sleep.woken_by != HostSleep::WokenBy::Nothing;
}

Json error_report(const Error& error) {
    return Json::object({{"verb", kSuspend}, {"error", error_json("", kSuspend, error)["error"]}});
}

}  // namespace

std::string in_words(milliseconds length) {
    const std::int64_t ms = length.count(), s = ms / 1000;
    if (s < 10) return std::to_string(s) + "." + std::to_string(ms % 1000 / 100) + " s";
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return two(s / 60, "min", s % 60, "s");
    return two(s / 3600, "h", s % 3600 / 60, "min");
}

std::string in_words(HostSleep::State state) {
    switch (state) {
        case HostSleep::State::Waiting:
            return "waiting: accepted, it begins soon";
        case HostSleep::State::Preparing:
            return "preparing: guests go to sleep";
        case HostSleep::State::Entering:
            return "entering: the host falls asleep";
        case HostSleep::State::Restoring:
            return "restoring: the host is awake, guests wake";
        case HostSleep::State::Ended:
            return "ended";
    }
    return "";
}

std::string outcome_in_words(const HostSleep& sleep) {
    std::string why;
    if (is_asleep_at_all(sleep)) why = in_words(sleep.slept) + woken_in_words(sleep);
    if (!sleep.text.empty()) why += (why.empty() ? "" : "; ") + sleep.text;
    return std::string(name_of(sleep.outcome)) + (why.empty() ? "" : ": " + why);
}

std::string moment_in_words(std::chrono::seconds realtime) {
    const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> time(
        g_date_time_new_from_unix_local(realtime.count()), g_date_time_unref);
    if (!time) return "@" + std::to_string(realtime.count());
    const std::unique_ptr<char, decltype(&g_free)> text(
        g_date_time_format(time.get(), "%Y-%m-%d %H:%M:%S"), g_free);
    return text.get();
}

Exit exit_of(const HostSleep& ended) {
    return cli::exit_of(ended.outcome,
                        ended.target == HostTarget::S2idle ? Require::Any : Require::Deep);
}

Json capabilities_report(const HostCapabilities& capabilities) {
    return hypnos::to_json(capabilities).set("verb", "host-capabilities");
}

Json status_report(const HostStatus& status) {
    Json report = Json::object({{"verb", "host-status"}});
    if (status.current) report.set("current", hypnos::to_json(*status.current));
    if (status.last) report.set("last", hypnos::to_json(*status.last));
    return report;
}

Json suspend_report(const std::string& operation, const HostSleep* ended) {
    Json report = Json::object({{"verb", kSuspend}, {"operation", operation}});
    if (ended != nullptr) report.set("sleep", hypnos::to_json(*ended));
    return report;
}

Exit tell(bool json, const Result<HostSleep>& ended) {
    if (!ended) {
        if (!json) return complain(ended.error());
        return print_line(error_report(ended.error()).dump()), cli::exit_of(ended.error());
    }
    const Exit exit = exit_of(*ended);
    if (json)
        print_line(suspend_report(ended->operation, &*ended).dump());
    else if (const std::string text = outcome_in_words(*ended); exit == Exit::Done)
        print_line(printable(text));
    else
        complain(text);
    return exit;
}

}  // namespace hypnos::cli::host
