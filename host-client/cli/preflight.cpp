// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "examining.hpp"
#include "hypnos/loop.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "preflight", "GUEST...", "Tells what speaks against a sleep, and what to do about it.",
    "What the guest says, and what only the host knows of its machine. Nothing is disturbed. Exit\n"
    "status 4 if something blocks."};

}  // namespace

Exit preflight(const Words& words) {
    Selecting selecting;
    Text to;
    double timeout = 30;
    gboolean json = FALSE;
    const Entries own{
        {"to", 0, 0, G_OPTION_ARG_STRING, to.slot(), "ram (the default), disk or hybrid", "MODE"},
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
         "How long to wait for answers (default: 30)", "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 0);
    if (!rest) return complain(rest.error());
    const auto mode = parse_choice("--to", to.or_else("ram"), kSleepModeNames);
    if (!mode) return complain(mode.error());
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return complain(limit.error());
    const auto guests = selecting.select(*rest);
    if (!guests) return complain(guests.error());
    const MainContext context;
    return examine(context.get(), *guests, {},
                   {static_cast<SleepMode>(*mode), *limit, json == TRUE});
}

}  // namespace hypnos::cli
