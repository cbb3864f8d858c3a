// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::fleet {
namespace {

using std::chrono::seconds;

constexpr seconds kLimit{60};

bool can_sleep(const Guest& guest) { return !guest.spec().qmp.empty(); }

bool is_of_agent(const WatchedEvent& event) { return event.port == "agent"; }
bool is_connected(const std::string& note) { return note == "agent: connected"; }

std::string wrong_awake(const GuestStatus& status, bool has_qmp) {
    if (!status.agent) return status.agent.error().message;
    if ((*status.agent)["state"] != Json("idle")) return "not idle";
    if (has_qmp && status.run_state.value_or("") != "running") return "QEMU does not say running";
    return {};
}

std::string wrong_asleep(const GuestStatus& status) {
    if (status.run_state.value_or("") != "suspended") return "QEMU does not say suspended";
    return status.agent ? "its agent answers in its sleep" : "";
}

std::string wrong_suspend(const Result<SuspendReport>& report) {
    if (!report) return report.error().message;
    return report->verdict.outcome == Outcome::Slept ? "" : report->verdict.text;
}

std::string wrong_wake(const Result<WakeReport>& report) {
    if (!report) return report.error().message;
    const bool right = report->was_asleep && report->restored.problems.empty() &&
                       report->record["outcome"] == Json("slept");
    return right ? "" : report->text;
}

}  // namespace

Fleet::Fleet(const std::vector<GuestSpec>& specs) {
    for (const GuestSpec& spec : specs) guests_.emplace_back(context_.get(), spec);
}

void Fleet::ended(const Guest& guest, const std::string& what_is_wrong) {
    --pending_;
    if (what_is_wrong.empty()) return;
    if (wrong_++ == 0) first_wrong_ = guest.spec().name + ": " + what_is_wrong;
}

void Fleet::wait() {
    while (pending_ > 0) g_main_context_iteration(context_.get(), TRUE);
}

Cost Fleet::sweep(bool sleepers_only, const std::function<void(Guest&, Done)>& start) {
    const Stopwatch stopwatch;
    for (Guest& guest : guests_) {
        if (sleepers_only && !can_sleep(guest)) continue;
        ++pending_;
        start(guest, [this, &guest](const std::string& wrong) { ended(guest, wrong); });
    }
    wait();
    return stopwatch.stop();
}

Cost Fleet::status() {
    return sweep(false, [](Guest& guest, const Done& done) {
        guest.status(kLimit, [done, has_qmp = can_sleep(guest)](const GuestStatus& status) {
            done(wrong_awake(status, has_qmp));
        });
    });
}

Cost Fleet::status_asleep() {
    return sweep(true, [](Guest& guest, const Done& done) {
        guest.status(kLimit, [done](const GuestStatus& status) { done(wrong_asleep(status)); });
    });
}

Cost Fleet::suspend() {
    return sweep(true, [](Guest& guest, const Done& done) {
        guest.suspend({.limit = kLimit},
                      [done](const Result<SuspendReport>& report) { done(wrong_suspend(report)); });
    });
}

Cost Fleet::wake() {
    return sweep(true, [](Guest& guest, const Done& done) {
        guest.wake({.limit = kLimit},
                   [done](const Result<WakeReport>& report) { done(wrong_wake(report)); });
    });
}

Cost Fleet::watch() {
    const Stopwatch stopwatch;
    for (Guest& guest : guests_) {
        ++pending_;
        watches_.push_back(
            guest.events({[this](const WatchedEvent& event) { told_ += is_of_agent(event); },
                          [this](const std::string& note) { pending_ -= is_connected(note); }}));
    }
    wait();
    status();  // the replies to hypnos-subscribe come before these
    return stopwatch.stop();
}

Cost Fleet::events(const std::function<void()>& trigger) {
    const auto wanted =
        static_cast<std::size_t>(std::count_if(guests_.begin(), guests_.end(), can_sleep));
    const Stopwatch stopwatch;
    told_ = 0;
    trigger();
    while (told_ < wanted) g_main_context_iteration(context_.get(), TRUE);
    return stopwatch.stop();
}

}  // namespace hypnos::fleet
