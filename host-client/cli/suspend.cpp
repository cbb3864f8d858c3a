// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "suspend", "GUEST", "Puts a guest to sleep and tells how that ended, by the evidence.",
    "A guest that sleeps in RAM is woken by hypnosctl wake; one that sleeps on disk by being\n"
    "started again. Without qmp= only the agent can tell, and only when it is awake again."};

struct Line {
    std::string guest;
    GuestSpec spec;
    SuspendOptions options;
    bool json = false;
};

Result<Line> parse(const Words& words) {
    Text to, require;
    double wake_after = 0, timeout = 60;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"to", 0, 0, G_OPTION_ARG_STRING, to.slot(),
         "Where the guest's memory goes: ram (the default), disk, or hybrid (both)", "MODE"},
        {"require", 0, 0, G_OPTION_ARG_STRING, require.slot(),
         "deep (the default): refuse a guest that has only s2idle; any: let it use that",
         "deep|any"},
        {"wake-after", 0, 0, G_OPTION_ARG_DOUBLE, &wake_after,
         "Set the guest's RTC alarm, so that it wakes by itself", "SECONDS"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for proof of an outcome (default: 60)", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr},
        {}};
    const auto rest = parse_options(kSynopsis, words, entries, 1, 1);
    if (!rest) return fail(rest.error());
    const Result<GuestSpec> spec = parse_guest_spec(rest->front());
    if (!spec) return fail(spec.error());
    const auto mode = parse_choice("--to", to.or_else("ram"), kSleepModeNames);
    if (!mode) return fail(mode.error());
    const auto depth = parse_choice("--require", require.or_else("deep"), kRequireNames);
    if (!depth) return fail(depth.error());
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    Line line{rest->front(), *spec, {}, json == TRUE};
    line.options.mode = static_cast<SleepMode>(*mode);
    line.options.require = static_cast<Require>(*depth);
    line.options.limit = *limit;
    if (wake_after == 0) return line;
    const auto alarm = parse_seconds("--wake-after", wake_after);
    if (!alarm) return fail(alarm.error());
    line.options.wake_after = *alarm;
    return line;
}

Json to_json(const Line& line, const SuspendReport& report) {
    Json result = Json::object({{"guest", line.guest},
                                {"outcome", name_of(report.verdict.outcome)},
                                {"text", report.verdict.text},
                                {"mode", name_of(line.options.mode)},
                                {"transaction", report.transaction}});
    if (!report.boot_id.empty()) result.set("boot-id", report.boot_id);
    if (!report.record.is_null()) result.set("record", report.record);
    result.set("timeline", cli::to_json(report.timeline));
    return result;
}

std::string for_people(const Line& line, const SuspendReport& report) {
    return std::string(name_of(report.verdict.outcome)) + " (" +
           std::string(name_of(line.options.mode)) + "): " + report.verdict.text;
}

}  // namespace

Exit suspend(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    Guest guest(context.get(), line->spec);
    const auto report = run<Result<SuspendReport>>(
        context.get(), [&](const auto& done) { guest.suspend(line->options, done); });
    if (!report) return complain(report.error());

    const Exit exit = exit_of(report->verdict.outcome, line->options.require);
    if (line->json)
        print_line(to_json(*line, *report).dump());
    else if (exit == Exit::Done)
        print_line(printable(for_people(*line, *report)));
    else
        complain(for_people(*line, *report));
    return exit;
}

}  // namespace hypnos::cli
