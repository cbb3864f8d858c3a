// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "dry_run.hpp"
#include "fleet_run.hpp"
#include "hypnos/loop.hpp"
#include "hypnos/report.hpp"
#include "memory_guard.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "sleep_time.hpp"
#include "state.hpp"
#include "verbs.hpp"
#include "waking.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "suspend", "GUEST...", "Puts guests to sleep and tells how that ended, by the evidence.",
    "A guest that sleeps in RAM is woken by hypnosctl wake; one that sleeps on disk by being\n"
    "started again. Without qmp= only the agent can tell, and only when it is awake again.\n"
    "\n"
    "With --for or --until hypnosctl stays, and wakes the guests when the time has come, or at\n"
    "Ctrl-C. Each guest also sets its own RTC alarm half a minute later, in case hypnosctl ends.\n"
    "\n"
    "Ctrl-C before that calls off what has not reached a kernel; guests that sleep already, sleep\n"
    "on."};

struct Line {
    std::vector<GuestSpec> guests;
    SuspendOptions options;
    FleetOptions order;
    std::optional<FleetPlan> plan;
    std::optional<HostTime> wake_at;
    bool json = false, dry_run = false, guard = true;
};

Result<void> read_modes(Line& line, const Text& to, const Text& require) {
    const auto mode = parse_choice("--to", to.or_else("ram"), kSleepModeNames);
    if (!mode) return fail(mode.error());
    const auto depth = parse_choice("--require", require.or_else("deep"), kRequireNames);
    if (!depth) return fail(depth.error());
    line.options.mode = static_cast<SleepMode>(*mode);
    line.options.require = static_cast<Require>(*depth);
    return {};
}

Result<void> read_times(Line& line, double timeout, double wake_after, const SleepTime& time) {
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    line.options.limit = *limit;
    const auto wake_at = time.wake_at();
    if (!wake_at) return fail(wake_at.error());
    line.wake_at = *wake_at;
    if (wake_after < 0) return {};
    const auto alarm = parse_seconds("--wake-after", wake_after);
    if (!alarm) return fail(alarm.error());
    line.options.wake_after = *alarm;
    return {};
}

Result<void> read_guests(Line& line, const Selecting& selecting, const Ordering& ordering,
                         const Words& words) {
    auto guests = selecting.select(words);
    if (!guests) return fail(guests.error());
    line.guests = *std::move(guests);
    const auto order = ordering.options(line.guests);
    if (!order) return fail(order.error());
    line.order = *order;
    auto plan = FleetPlan::make(names_of(line.guests), line.order);
    if (!plan) return fail(plan.error());
    line.plan = *std::move(plan);
    return {};
}

/// Those that sleep until a given time: on disk only what can be started again from here, in RAM with
/// an alarm of their own.
Result<void> read_wake(Line& line) {
    if (!line.wake_at) return {};
    const bool on_disk = line.options.mode == SleepMode::Disk;
    for (const GuestSpec& guest : line.guests) {
        if (on_disk && guest.domain.empty())
            return fail(ErrorCode::Usage, guest.name +
                                              ": a guest that sleeps on disk wakes by being "
                                              "started, which only libvirt can: "
                                              "--for and --until need --connect");
    }
    if (on_disk || line.options.wake_after) return {};
    line.options.wake_after = SleepTime::second_net(*line.wake_at);
    line.options.wake_after_optional = true;
    return {};
}

Result<Line> parse(const Words& words) {
    Selecting selecting;
    Ordering ordering;
    SleepTime time;
    Text to, require;
    double wake_after = -1, timeout = 60;
    gboolean force = FALSE, json = FALSE, dry_run = FALSE, no_guard = FALSE;
    const Entries own{
        {"to", 0, 0, G_OPTION_ARG_STRING, to.slot(),
         "Where the guest's memory goes: ram (the default), disk, or hybrid (both)", "MODE"},
        {"require", 0, 0, G_OPTION_ARG_STRING, require.slot(),
         "deep (the default): refuse a guest that has only s2idle; any: let it use that",
         "deep|any"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &force, "Vetoes of hooks and inhibitors do not refuse",
         nullptr},
        {"wake-after", 0, 0, G_OPTION_ARG_DOUBLE, &wake_after,
         "Set the guest's RTC alarm, so that it wakes by itself", "SECONDS"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for proof of an outcome, for each guest (default: 60)", "SECONDS"},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run,
         "Ask each guest whether it could sleep, show the order, and end", nullptr},
        {"no-memory-guard", 0, 0, G_OPTION_ARG_NONE, &no_guard,
         "Do not refuse when balloons would take more memory than the host has", nullptr},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest = parse_options(
        kSynopsis, words, selecting.entries() + ordering.entries() + own + time.entries(), 0);
    if (!rest) return fail(rest.error());
    Line line;
    line.json = json == TRUE;
    line.dry_run = dry_run == TRUE;
    line.guard = no_guard == FALSE;
    line.options.force = force == TRUE;
    for (const Result<void>& read :
         {read_modes(line, to, require), read_times(line, timeout, wake_after, time),
          read_guests(line, selecting, ordering, *rest), read_wake(line)})
        if (!read) return fail(read.error());
    return line;
}

Told tell(const GuestSpec& spec, const Line& line, const Result<SuspendReport>& report) {
    if (!report) return failed(spec.name, "suspend", report.error());
    const Json json = to_json(spec.name, line.options.mode, *report);
    const Exit exit = exit_of(report->verdict.outcome, line.options.require);
    remember(spec, json);
    return {exit, std::string(name_of(report->verdict.outcome)), report->verdict.text, json};
}

class Suspending {
  public:
    Suspending(GMainContext* context, Line& line)
        : context_(context),
          line_(line),
          guests_(make_guests(context, line.guests)),
          teller_(names_of(line.guests), line.json) {}

    Exit go() {
        if (line_.guard && guests_.size() > 1) {
            const Result<void> guarded = guard_memory(context_, guests_);
            if (!guarded) return complain(guarded.error());
        }
        suspend_all();
        const Exit exit = teller_.finish();
        guests_.clear();  // QEMU's sockets serve one client each: not us while they sleep
        const bool undone = !line_.plan->undo().empty();
        if (asleep() > 0 && line_.wake_at && !undone)
            wait_until(context_, *line_.wake_at, interrupt_);
        const std::vector<std::size_t> woken = line_.wake_at ? asleep_ : line_.plan->undo();
        const Exit waking = wake(woken);
        return exit == Exit::Done ? waking : exit;
    }

  private:
    void suspend_all() {
        FleetRun run(context_, *line_.plan, teller_, interrupt_,
                     [this](std::size_t i, const auto& ended) {
                         guests_[i]->suspend(line_.options, [this, i, ended](const auto& report) {
                             ended(tell(line_.guests[i], line_, report));
                         });
                     });
        run.cancel_with([this](std::size_t i) { guests_[i]->cancel(); });
        run.run();
        run.tell_skipped(names_of(line_.guests), "suspend");
    }

    std::size_t asleep() {
        for (std::size_t i = 0; i < line_.guests.size(); ++i)
            if (line_.plan->progress(i) == Progress::Done) asleep_.push_back(i);
        return asleep_.size();
    }

    Exit wake(const std::vector<std::size_t>& which) {
        std::vector<GuestSpec> specs;
        line_.order.on_failure = OnFailure::Continue;  // as many as possible
        for (const std::size_t i : which) specs.push_back(line_.guests[i]);
        return specs.empty() ? Exit::Done
                             : wake_guests(context_, specs, line_.order, {.json = line_.json});
    }

    GMainContext* context_;
    Line& line_;
    Guests guests_;
    Teller teller_;
    Interrupt interrupt_{context_};
    std::vector<std::size_t> asleep_;
};

}  // namespace

Exit suspend(const Words& words) {
    Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    if (line->dry_run)
        return dry_run(context.get(), line->guests, line->order,
                       {.mode = line->options.mode, .json = line->json});
    return Suspending(context.get(), *line).go();
}

}  // namespace hypnos::cli
