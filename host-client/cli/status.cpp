// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet_run.hpp"
#include "hypnos/loop.hpp"
#include "hypnos/report.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{"status", "[GUEST...]", "Tells what agents and QEMU say of guests.",
                             "Of every guest that is known, if none is named. Each of the two may\n"
                             "be missing and says why. Exit status 3 if neither could be asked."};
constexpr std::chrono::seconds kLimit{5};

std::string last_sleep(const Json& record) {
    std::string text = plain(record["outcome"]) + " (" + plain(record["mode"]) + ")";
    if (const auto slept = record["slept-ms"].integer())
        text += ", slept " + std::to_string(*slept) + " ms";
    if (const auto error = record["error"].string()) text += ", " + *error;
    return text;
}

std::string agent_words(const Json& agent) {
    std::string text = "agent " + plain(agent["state"]) + ", version " + plain(agent["version"]) +
                       ", " + plain(agent["resume-count"]) + " resumes in boot " +
                       plain(agent["boot-id"]);
    if (agent["last"].is_object()) text += "; last sleep: " + last_sleep(agent["last"]);
    return text;
}

Told tell(const std::string& name, const GuestStatus& status) {
    const bool reached = status.agent || status.run_state;
    const std::string qemu = status.run_state ? "" : "; QEMU: " + status.run_state.error().message;
    const std::string agent =
        status.agent ? agent_words(*status.agent) : "agent: " + status.agent.error().message;
    return {reached ? Exit::Done : Exit::Unreachable, status.run_state.value_or("?"), agent + qemu,
            to_json(name, status)};
}

}  // namespace

Exit status(const Words& words) {
    Selecting selecting;
    gboolean json = FALSE;
    const Entries own{
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 0);
    if (!rest) return complain(rest.error());
    const auto specs = selecting.select_or_all(*rest);
    if (!specs) return complain(specs.error());

    const MainContext context;
    const Guests guests = make_guests(context.get(), *specs);
    const std::vector<std::string> names = names_of(*specs);
    auto plan = FleetPlan::make(names, {});
    if (!plan) return complain(plan.error());
    Teller teller(names, json == TRUE);
    Interrupt interrupt(context.get());
    FleetRun run(context.get(), *plan, teller, interrupt, [&](std::size_t i, const auto& ended) {
        guests[i]->status(
            kLimit, [&, i, ended](const GuestStatus& status) { ended(tell(names[i], status)); });
    });
    run.run();
    return teller.finish();
}

}  // namespace hypnos::cli
