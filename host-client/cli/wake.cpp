// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"
#include "waking.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "wake", "GUEST...", "Wakes guests that sleep in RAM and waits until their agents answer.",
    "Needs qmp= or libvirt. A guest that runs already is no error. One that sleeps on disk wakes "
    "by\n"
    "being started again: libvirt's are started, others say so. What such a sleep forgets is put\n"
    "back: its balloon, and its clock if that is wrong."};

struct Line {
    std::vector<GuestSpec> guests;
    FleetOptions order;
    WakeChoices choices;
};

Result<Line> parse(const Words& words) {
    Selecting selecting;
    Ordering ordering;
    double timeout = 30;
    gboolean json = FALSE, wait = FALSE, no_restore = FALSE;
    const Entries own{
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for the agent, for each guest (default: 30)", "SECONDS"},
        {"wait", 'w', 0, G_OPTION_ARG_NONE, &wait,
         "Wake nobody: wait until an alarm or somebody else has", nullptr},
        {"no-restore", 0, 0, G_OPTION_ARG_NONE, &no_restore,
         "Set neither the guest's balloon nor its clock", nullptr},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest =
        parse_options(kSynopsis, words, selecting.entries() + ordering.entries() + own, 0);
    if (!rest) return fail(rest.error());
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    const auto guests = selecting.select(*rest);
    if (!guests) return fail(guests.error());
    const auto order = ordering.options(*guests);
    if (!order) return fail(order.error());
    if (order->on_failure == OnFailure::Undo)
        return fail(ErrorCode::Usage, "--on-failure undo is for suspend: what woke is left awake");
    return Line{*guests, *order, {*limit, no_restore == FALSE, wait == TRUE, json == TRUE}};
}

}  // namespace

Exit wake(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    return wake_guests(context.get(), line->guests, line->order, line->choices);
}

}  // namespace hypnos::cli
