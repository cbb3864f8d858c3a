// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include "../sleep_time.hpp"
#include "host.hpp"
#include "sleeping.hpp"
#include "telling.hpp"

namespace hypnos::cli::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Synopsis kSynopsis{"host suspend", "",
                             "Puts this host to sleep, with an RTC alarm that wakes it.",
                             "hypnos-hostd does it, and carries the guests through it. One of "
                             "--for, --until and --no-alarm\n"
                             "is needed.",
                             false};

constexpr double kNotGiven = -1;

/// What --for, --until and --no-alarm say.
struct Alarm {
    Text for_, until;
    gboolean none = FALSE;

    [[nodiscard]] Entries entries() {
        return {{"for", 0, 0, G_OPTION_ARG_STRING, for_.slot(),
                 "The alarm rings after this time: 90, 90s, 20m, 2h, 1d", "DURATION"},
                {"until", 0, 0, G_OPTION_ARG_STRING, until.slot(),
                 "The alarm rings at this time: 06:30, or a date and time in ISO 8601", "TIME"},
                {"no-alarm", 0, 0, G_OPTION_ARG_NONE, &none,
                 "No alarm: somebody or something else wakes the host", nullptr}};
    }
};

struct Line {
    Wish wish;
    bool direct = false;
    bool json = false;
};

std::int64_t now() { return g_get_real_time() / G_USEC_PER_SEC; }

Result<void> read_alarm(Wish& wish, const Alarm& alarm) {
    if (alarm.for_.is_given() + alarm.until.is_given() + (alarm.none == TRUE) != 1)
        return fail(ErrorCode::Usage, "exactly one of --for, --until and --no-alarm is needed");
    if (alarm.none == TRUE) return {};
    const Result<milliseconds> wait = alarm.for_.is_given() ? parse_duration(alarm.for_.or_else(""))
                                                            : parse_until(alarm.until.or_else(""));
    if (!wait) return fail(wait.error());
    wish.options.wake_after = std::chrono::ceil<seconds>(*wait);
    if (alarm.until.is_given()) wish.until = now() + wish.options.wake_after->count();
    return {};
}

Result<void> read_target(Wish& wish, const Text& to) {
    const auto target = parse_choice("--to", to.or_else("mem"), kHostTargetNames);
    if (!target) return fail(target.error());
    wish.options.target = static_cast<HostTarget>(*target);
    return {};
}

Result<void> read_times(Wish& wish, double delay, double timeout) {
    wish.has_delay = delay != kNotGiven;
    if (wish.has_delay && delay != 0) {
        const auto read = parse_seconds("--delay", delay);
        if (!read) return fail(read.error());
        wish.options.delay = *read;
    }
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    wish.limit = *limit;
    return {};
}

Result<Line> parse(const Words& words) {
    RootOption root;
    Text to;
    Alarm alarm;
    double delay = kNotGiven, timeout = 300;
    gboolean allow_short = FALSE, force = FALSE, no_wait = FALSE, direct = FALSE, json = FALSE;
    const Entries own{
        {"to", 0, 0, G_OPTION_ARG_STRING, to.slot(),
         "mem (the default), disk, hybrid (both), or s2idle", "mem|disk|hybrid|s2idle"},
        {"allow-short", 0, 0, G_OPTION_ARG_NONE, &allow_short,
         "Less than 60 s is not refused, though the alarm may ring before the host sleeps",
         nullptr},
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "Inhibitors do not refuse", nullptr},
        {"delay", 0, 0, G_OPTION_ARG_DOUBLE, &delay,
         "How long to wait before anything is done (default: hostd's own)", "SECONDS"},
        {"no-wait", 0, 0, G_OPTION_ARG_NONE, &no_wait,
         "End as soon as hostd has accepted, and print the operation", nullptr},
        {"direct", 0, 0, G_OPTION_ARG_NONE, &direct,
         "Do without hostd; guests are not carried through the sleep", nullptr},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for the end; the sleep does not count (default: 300)", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr}};
    const auto rest = parse_options(kSynopsis, words, alarm.entries() + own + root.entries(), 0, 0);
    if (!rest) return fail(rest.error());
    if (no_wait == TRUE && direct == TRUE)
        return fail(ErrorCode::Usage, "--no-wait is for hostd: with --direct this process does it");
    Line line{{.root = root.path(), .wait = no_wait == FALSE}, direct == TRUE, json == TRUE};
    line.wish.options.allow_short = allow_short == TRUE;
    line.wish.options.force = force == TRUE;
    for (const Result<void>& read : {read_target(line.wish, to), read_alarm(line.wish, alarm),
                                     read_times(line.wish, delay, timeout)})
        if (!read) return fail(read.error());
    return line;
}

Exit tell_accepted(bool json, const std::string& operation) {
    print_line(json ? suspend_report(operation, nullptr).dump()
                    : printable("accepted: operation " + operation));
    return Exit::Done;
}

}  // namespace

void show_progress(const std::string& text) {
    if (isatty(STDERR_FILENO) == 1) complain(text);
}

Error not_in_time(const std::string& operation) {
    return {ErrorCode::TimedOut, "operation " + operation +
                                     " has not ended within the time; hypnosctl host status tells "
                                     "more of it"};
}

Exit suspend(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const Result<Slept> slept =
        line->direct ? sleep_directly(line->wish) : sleep_by_hostd(line->wish);
    if (!slept) return tell(line->json, fail(slept.error()));
    if (!slept->sleep) return tell_accepted(line->json, slept->operation);
    return tell(line->json, *slept->sleep);
}

}  // namespace hypnos::cli::host
