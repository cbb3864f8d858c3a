// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "wake", "GUEST", "Wakes a guest that sleeps in RAM and waits until its agent answers.",
    "Needs qmp=. A guest that runs already is no error; one that sleeps on disk wakes by being\n"
    "started again."};

struct Line {
    std::string guest;
    GuestSpec spec;
    std::chrono::milliseconds limit{};
    bool json = false;
};

Result<Line> parse(const Words& words) {
    double timeout = 30;
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for the agent in the guest (default: 30)", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr},
        {}};
    const auto rest = parse_options(kSynopsis, words, entries, 1, 1);
    if (!rest) return fail(rest.error());
    const Result<GuestSpec> spec = parse_guest_spec(rest->front());
    if (!spec) return fail(spec.error());
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    return Line{rest->front(), *spec, *limit, json == TRUE};
}

Json to_json(const Line& line, const WakeReport& report) {
    Json result = Json::object(
        {{"guest", line.guest}, {"was-asleep", report.was_asleep}, {"text", report.text}});
    if (!report.boot_id.empty()) result.set("boot-id", report.boot_id);
    if (report.record.has("outcome")) result.set("outcome", report.record["outcome"]);
    if (report.record.has("slept-ms")) result.set("slept-ms", report.record["slept-ms"]);
    if (!report.record.is_null()) result.set("record", report.record);
    result.set("timeline", cli::to_json(report.timeline));
    return result;
}

}  // namespace

Exit wake(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    Guest guest(context.get(), line->spec);
    const auto report = run<Result<WakeReport>>(
        context.get(), [&](const auto& done) { guest.wake({.limit = line->limit}, done); });
    if (!report) return complain(report.error());
    const bool lost = report->record["outcome"] == Json(name_of(Outcome::ImageLost));
    if (line->json)
        print_line(to_json(*line, *report).dump());
    else if (lost)
        complain("image-lost: " + report->text);
    else
        print_line(printable("awake: " + report->text));
    return lost ? Exit::OtherOutcome : Exit::Done;
}

}  // namespace hypnos::cli
