// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/watch.hpp"

#include "glib/source.hpp"
#include "hypnos/loop.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "watch", "GUEST...", "Prints guests' events as they come, one line each.",
    "Events come from the power port, or from the agent port if there is none, and from QEMU.\n"
    "Connections that end are made again, to a new QEMU too. Runs until it is interrupted, or\n"
    "until --count or --timeout."};

struct Line {
    std::vector<GuestSpec> guests;
    int count = 0;                                   // 0: no end
    std::optional<std::chrono::milliseconds> limit;  // none: no end
    bool json = false;
};

Result<Line> parse(const Words& words) {
    Selecting selecting;
    int count = 0;
    double timeout = 0;
    gboolean json = FALSE;
    const Entries own{
        {"count", 0, 0, G_OPTION_ARG_INT, &count, "End after so many events", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "End after this time; exit status 5 if --count was not reached", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per line", nullptr}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 0);
    if (!rest) return fail(rest.error());
    const auto guests = selecting.select(*rest);
    if (!guests) return fail(guests.error());
    if (count < 0) return fail(ErrorCode::Usage, "--count needs a number above 0");
    Line line{*guests, count, {}, json == TRUE};
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

void print(const Line& line, const std::string& guest, const WatchedEvent& watched) {
    const std::string name = line.guests.size() == 1 ? "" : printable(guest) + " ";
    if (!line.json)
        return print_line(time_of_day() + " " + name + watched.port + " " +
                          printable(watched.event.name) + " " + watched.event.data.dump());
    print_line(Json::object({{"guest", guest},
                             {"port", watched.port},
                             {"at-us", watched.at.count()},
                             {"event", watched.event.name},
                             {"data", watched.event.data},
                             {"realtime-us", watched.event.realtime_us}})
                   .dump());
}

}  // namespace

Exit watch(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    bool over = false;
    const glib::Source limit = line->limit
                                   ? glib::after(context.get(), *line->limit, [&] { over = true; })
                                   : glib::Source();
    int seen = 0;
    const auto enough = [&] { return line->count > 0 && seen >= line->count; };
    std::vector<std::unique_ptr<Watch>> watches;
    for (const GuestSpec& guest : line->guests) {
        const Watch::Handlers handlers{
            .on_event =
                [&](const WatchedEvent& event) {
                    if (enough()) return;
                    ++seen;
                    print(*line, guest.name, event);
                },
            .on_note =
                [&](const std::string& text) {
                    complain(line->guests.size() == 1 ? text : guest.name + ": " + text);
                }};
        watches.push_back(std::make_unique<Watch>(context.get(), guest, handlers));
    }
    while (!enough() && !over) g_main_context_iteration(context.get(), TRUE);
    return line->count == 0 || enough() ? Exit::Done : Exit::TimedOut;
}

}  // namespace hypnos::cli
