// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/watch.hpp"

#include "hypnos/loop.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "watch", "GUEST", "Prints a guest's events as they come, one line each.",
    "Events come from the power port, or from the agent port if there is none, and from QEMU.\n"
    "Connections that end are made again, to a new QEMU too. Runs until it is interrupted, or\n"
    "until --count or --timeout."};

struct Line {
    std::string guest;
    GuestSpec spec;
    int count = 0;                                   // 0: no end
    std::optional<std::chrono::milliseconds> limit;  // none: no end
    bool json = false;
};

Result<Line> parse(const Words& words) {
    int count = 0;
    double timeout = 0;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"count", 0, 0, G_OPTION_ARG_INT, &count, "End after so many events", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "End after this time; exit status 5 if --count was not reached", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per line", nullptr},
        {}};
    const auto rest = parse_options(kSynopsis, words, entries, 1, 1);
    if (!rest) return fail(rest.error());
    const Result<GuestSpec> spec = parse_guest_spec(rest->front());
    if (!spec) return fail(spec.error());
    if (count < 0) return fail(ErrorCode::Usage, "--count needs a number above 0");
    Line line{rest->front(), *spec, count, {}, json == TRUE};
    if (timeout == 0) return line;
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    line.limit = *limit;
    return line;
}

std::string time_of_day() {
    GDateTime* now = g_date_time_new_now_local();
    char* text = g_date_time_format(now, "%H:%M:%S.%f");
    std::string result = std::string(text).substr(0, sizeof "HH:MM:SS.mmm" - 1);
    g_free(text);
    g_date_time_unref(now);
    return result;
}

void print(const Line& line, const WatchedEvent& watched) {
    if (!line.json)
        return print_line(time_of_day() + " " + watched.port + " " + printable(watched.event.name) +
                          " " + watched.event.data.dump());
    print_line(Json::object({{"guest", line.guest},
                             {"port", watched.port},
                             {"at-us", watched.at.count()},
                             {"event", watched.event.name},
                             {"data", watched.event.data},
                             {"realtime-us", watched.event.realtime_us}})
                   .dump());
}

// Run by a timer of its own: GLib has no other way to end an iteration at a given time.
gboolean ring(gpointer rang) {
    *static_cast<bool*>(rang) = true;
    return G_SOURCE_REMOVE;
}

void set_alarm(GMainContext* context, std::chrono::milliseconds limit, bool* rang) {
    const std::int64_t most = G_MAXUINT;
    GSource* timer =
        g_timeout_source_new(static_cast<guint>(std::min<std::int64_t>(limit.count(), most)));
    g_source_set_callback(timer, ring, rang, nullptr);
    g_source_attach(timer, context);
    g_source_unref(timer);
}

}  // namespace

Exit watch(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    bool over = false;
    if (line->limit) set_alarm(context.get(), *line->limit, &over);
    int seen = 0;
    const auto enough = [&] { return line->count > 0 && seen >= line->count; };
    const Watch watch(context.get(), line->spec,
                      {.on_event =
                           [&](const WatchedEvent& event) {
                               if (enough()) return;
                               ++seen;
                               print(*line, event);
                           },
                       .on_note = [](const std::string& text) { complain(text); }});
    while (!enough() && !over) g_main_context_iteration(context.get(), TRUE);
    return line->count == 0 || enough() ? Exit::Done : Exit::TimedOut;
}

}  // namespace hypnos::cli
