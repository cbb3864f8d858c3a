// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "waking.hpp"

#include <algorithm>

#include "fleet_run.hpp"
#include "hypnos/report.hpp"
#include "selecting.hpp"
#include "state.hpp"

namespace hypnos::cli {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The others may not be among those that are to wake.
FleetOptions only_among(const std::vector<std::string>& names, FleetOptions options) {
    std::erase_if(options.after, [&](const Order& order) {
        return !has(names, order.later) || !has(names, order.earlier);
    });
    return options;
}

/// With what its sleep told: its memory, if a new QEMU has forgotten it, and its boot.
WakeOptions options_for(const GuestSpec& guest, const WakeChoices& choices) {
    WakeOptions options{.limit = choices.limit, .balloon = {}, .set_time = choices.restore};
    const Json known = remembered(guest), slept = known["suspend"];
    if (slept["outcome"] != Json("slept") || known.has("wake")) return options;
    options.boot_id = slept["boot-id"].string().value_or("");
    if (choices.restore) options.balloon = slept["balloon-bytes"].integer();
    return options;
}

Told tell(const GuestSpec& guest, const Result<WakeReport>& report) {
    if (!report) return failed(guest.name, "wake", report.error());
    const Json json = to_json(guest.name, *report);
    remember(guest, json);
    if (report->image_lost)
        return {Exit::OtherOutcome, std::string(name_of(Outcome::ImageLost)), report->text, json};
    return {Exit::Done, "awake", report->text, json};
}

}  // namespace

Exit wake_guests(GMainContext* context, const std::vector<GuestSpec>& specs,
                 const FleetOptions& order, const WakeChoices& choices) {
    const std::vector<std::string> names = names_of(specs);
    const auto asleep = FleetPlan::make(names, only_among(names, order));
    if (!asleep) return complain(asleep.error());
    FleetPlan plan = asleep->reversed();
    const Guests guests = make_guests(context, specs);
    Teller teller(names, choices.json);
    Interrupt interrupt(context);
    FleetRun run(context, plan, teller, interrupt, [&](std::size_t i, const auto& ended) {
        const auto done = [&, i, ended](const auto& report) { ended(tell(specs[i], report)); };
        const WakeOptions options = options_for(specs[i], choices);
        choices.wait ? guests[i]->wait_resumed(options, done) : guests[i]->wake(options, done);
    });
    run.run();
    run.tell_skipped(names, "wake");
    return teller.finish();
}

}  // namespace hypnos::cli
