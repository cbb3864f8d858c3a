// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "asking.hpp"

#include "fleet_run.hpp"
#include "hypnos/loop.hpp"
#include "selecting.hpp"

namespace hypnos::cli {
namespace {

Told tell(const Question& question, const std::string& name, const Result<Json>& reply) {
    const std::string verb = question.synopsis.verb;
    if (!reply) return failed(name, verb, reply.error());
    return {Exit::Done, question.word, question.in_words(*reply),
            Json::object({{"guest", name}, {"verb", verb}, {"reply", *reply}})};
}

}  // namespace

Exit ask(const std::vector<std::string>& words, const Question& question) {
    Selecting selecting;
    double timeout = question.limit_s;
    gboolean json = FALSE;
    const Entries own{
        {"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout, "How long to wait for the reply",
         "SECONDS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest = parse_options(question.synopsis, words, selecting.entries() + own, 0);
    if (!rest) return complain(rest.error());
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return complain(limit.error());
    const auto specs = selecting.select(*rest);
    if (!specs) return complain(specs.error());

    const MainContext context;
    const Guests guests = make_guests(context.get(), *specs);
    const std::vector<std::string> names = names_of(*specs);
    auto plan = FleetPlan::make(names, {});
    if (!plan) return complain(plan.error());
    Teller teller(names, json == TRUE);
    Interrupt interrupt(context.get());
    FleetRun run(context.get(), *plan, teller, interrupt, [&](std::size_t i, const auto& ended) {
        question.ask(*guests[i], *limit,
                     [&, i, ended](const auto& reply) { ended(tell(question, names[i], reply)); });
    });
    run.run();
    return teller.finish();
}

}  // namespace hypnos::cli
