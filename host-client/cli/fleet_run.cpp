// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet_run.hpp"

#include <algorithm>

namespace hypnos::cli {

FleetRun::FleetRun(GMainContext* context, FleetPlan& plan, Teller& teller, Interrupt& interrupt,
                   const Start& start)
    : context_(context), plan_(plan), teller_(teller), interrupt_(interrupt), start_(start) {}

void FleetRun::run() {
    interrupt_.then([this] { stop(); });
    if (interrupt_.has_come()) plan_.stop();
    start_next();
    while (!plan_.over()) g_main_context_iteration(context_, TRUE);
    interrupt_.then({});
}

void FleetRun::start_next() {
    for (const std::size_t index : plan_.start()) {
        running_.push_back(index);
        const HostTime since = host_now();
        start_(index, [this, index, since](const Told& told) { ended(index, since, told); });
    }
    teller_.show_progress(plan_);
}

void FleetRun::ended(std::size_t index, HostTime since, const Told& told) {
    running_.erase(std::find(running_.begin(), running_.end(), index));
    plan_.ended(index, told.exit == Exit::Done);
    teller_.told(index, told,
                 std::chrono::duration_cast<std::chrono::milliseconds>(host_now() - since));
    start_next();
}

void FleetRun::stop() {
    plan_.stop();
    if (!cancel_) return;
    const std::vector<std::size_t> running = running_;
    for (const std::size_t index : running) cancel_(index);
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
