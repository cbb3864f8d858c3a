// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep_time.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "glib/boot_timer.hpp"
#include "terminal.hpp"

namespace hypnos::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kSecondNet{30};

using DateTime = std::unique_ptr<GDateTime, decltype(&g_date_time_unref)>;

DateTime own(GDateTime* time) { return {time, g_date_time_unref}; }

double unit_seconds(const std::string& unit) {
    if (unit.empty() || unit == "s") return 1;
    if (unit == "m") return 60;
    if (unit == "h") return 3600;
    return unit == "d" ? 86400 : 0;
}

/// Today or tomorrow at that time of day; null if it is none.
DateTime next_time_of_day(const std::string& text, GDateTime* now) {
    int hour = 0, minute = 0, second = 0, read = 0;
    const int fields =
        std::sscanf(text.c_str(), "%2d:%2d%n:%2d%n", &hour, &minute, &read, &second, &read);
    if (fields < 2 || static_cast<std::size_t>(read) != text.size()) return own(nullptr);
    const DateTime today =
        own(g_date_time_new_local(g_date_time_get_year(now), g_date_time_get_month(now),
                                  g_date_time_get_day_of_month(now), hour, minute, second));
    if (!today) return own(nullptr);
    const bool is_past = g_date_time_compare(today.get(), now) <= 0;
    return own(g_date_time_add_days(today.get(), is_past ? 1 : 0));
}

DateTime parse_iso8601(const std::string& text) {
    GTimeZone* zone = g_time_zone_new_local();
    DateTime result = own(g_date_time_new_from_iso8601(text.c_str(), zone));
    g_time_zone_unref(zone);
    return result;
}

}  // namespace

Entries SleepTime::entries() {
    return {
        {"for", 0, 0, G_OPTION_ARG_STRING, for_.slot(),
         "Stay, and wake the guests after this time: 90, 90s, 20m, 2h, 1d", "DURATION"},
        {"until", 0, 0, G_OPTION_ARG_STRING, until_.slot(),
         "Stay, and wake the guests at this time: 06:30, or a date and time in ISO 8601", "TIME"}};
}

Result<std::optional<HostTime>> SleepTime::wake_at() const {
    const std::string duration = for_.or_else(""), time = until_.or_else("");
    if (!for_.is_given() && !until_.is_given()) return std::nullopt;
    if (for_.is_given() && until_.is_given())
        return fail(ErrorCode::Usage, "--for and --until cannot both be given");
    const auto wait = for_.is_given() ? parse_duration(duration) : parse_until(time);
    if (!wait) return fail(wait.error());
    return host_now() + *wait;
}

milliseconds SleepTime::second_net(HostTime wake_at) {
    return std::chrono::duration_cast<milliseconds>(wake_at - host_now()) + kSecondNet;
}

Result<milliseconds> parse_duration(const std::string& text) {
    char* rest = nullptr;
    const double number = g_ascii_strtod(text.c_str(), &rest);
    const double unit = rest == text.c_str() ? 0 : unit_seconds(rest);
    if (unit == 0)
        return fail(ErrorCode::Usage,
                    "--for needs a duration like 90, 90s, 20m, 2h or 1d, not '" + text + "'");
    return parse_seconds("--for", number * unit);
}

Result<milliseconds> parse_until(const std::string& text) {
    const DateTime now = own(g_date_time_new_now_local());
    DateTime time = next_time_of_day(text, now.get());
    if (!time) time = parse_iso8601(text);
    if (!time)
        return fail(ErrorCode::Usage,
                    "--until needs a time like 06:30 or 2030-01-31T06:30:00, not '" + text + "'");
    const GTimeSpan us = g_date_time_difference(time.get(), now.get());
    if (us <= 0) return fail(ErrorCode::Usage, "--until: " + text + " is over already");
    return parse_seconds("--until", static_cast<double>(us) / 1e6);
}

void wait_until(GMainContext* context, HostTime at, const Interrupt& interrupt) {
    bool over = false;
    glib::BootTimer timer(context, [&] { over = true; });
    timer.set(at);
    if (isatty(STDERR_FILENO) == 1) complain("the guests sleep; Ctrl-C wakes them now");
    while (!over && !interrupt.has_come()) g_main_context_iteration(context, TRUE);
}

}  // namespace hypnos::cli
