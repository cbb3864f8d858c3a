// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet_run.hpp"

#include <utility>

namespace hypnos::cli {

FleetRun::FleetRun(GMainContext* context, FleetPlan& plan, Teller& teller, Interrupt& interrupt,
                   Start start)
    : context_(context),
      plan_(plan),
      teller_(teller),
      interrupt_(interrupt),
      start_(std::move(start)),
      runner_(plan, {.start = [this](std::size_t index, auto ended) { begin(index, ended); },
                     .cancel = [this](std::size_t index) { cancel(index); },
                     .moved = [this] { teller_.show_progress(plan_); },
                     .over = {}}) {}

void FleetRun::run() {
    interrupt_.then([this] { runner_.stop(); });
    if (interrupt_.has_come()) plan_.stop();
    runner_.go();
    while (!plan_.over()) g_main_context_iteration(context_, TRUE);
    interrupt_.then({});
}

void FleetRun::begin(std::size_t index, const FleetRunner::Ended& ended) {
    const HostTime since = host_now();
    start_(index, [this, index, since, ended](const Told& told) {
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(host_now() - since);
        teller_.told(index, told, took);
        ended(told.exit == Exit::Done);
    });
}

void FleetRun::cancel(std::size_t index) const {
    if (cancel_) cancel_(index);
}

void FleetRun::tell_skipped(const std::vector<std::string>& names, const std::string& verb) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (plan_.progress(i) != Progress::Skipped) continue;
        const std::string why = plan_.why_skipped(i);
        const Json error = Json::object({{"class", "skipped"}, {"text", why}});
        const Json json = Json::object({{"guest", names[i]}, {"verb", verb}, {"error", error}});
        teller_.told(i, {Exit::Refused, "skipped", why, json}, {});
    }
}

}  // namespace hypnos::cli
