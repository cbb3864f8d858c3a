// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "lulling.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::hostd {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// How long a guest may take to say whether it runs.
constexpr milliseconds kAskLimit{5000};
/// How long what was called off may take to end.
constexpr milliseconds kPatience{7000};
/// From the deadline, when it is called off, to the guest's own verdict.
constexpr milliseconds kUntilCalledOff{5000};

microseconds now() { return microseconds(g_get_monotonic_time()); }

/// One of which nothing is proved may sleep, or will in a moment: it is woken like one that does.
Carried::State state_after(Outcome outcome) {
    switch (outcome) {
        case Outcome::Slept:
            return Carried::State::Asleep;
        case Outcome::TimedOut:
        case Outcome::S2idle:
        case Outcome::ShutOffWithoutImage:
            return Carried::State::Sleeping;
        case Outcome::Refused:
        case Outcome::Failed:
        case Outcome::Cancelled:
        case Outcome::WokeEarly:
        case Outcome::ImageLost:
            break;
    }
    return Carried::State::Failed;
}

/// Only a refusal says that the machine was left as it is.
Carried::State state_after(const Result<void>& paused) {
    if (paused) return Carried::State::Asleep;
    const bool refused = paused.error().code == ErrorCode::Refused;
    return refused ? Carried::State::Failed : Carried::State::Sleeping;
}

bool is_among(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Lulling::Lulling(const World& world, const Config& config, Journal& journal, Tell tell, Done done)
    : world_(world),
      config_(config),
      journal_(journal),
      tell_(std::move(tell)),
      done_(std::move(done)) {}

milliseconds Lulling::left() const {
    return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(until_ - now()));
}

void Lulling::start(const Order& order) {
    order_ = order;
    until_ = now() + order.deadline;
    deadline_ = glib::after(nullptr, order.deadline, [this] { stop(); });
    finder_.start(world_.find, [this](const Found& found) { this->found(found); });
}

void Lulling::found(const Found& found) {
    problems_ = found.problems;
    for (const GuestSpec& guest : found.guests) {
        const Policy policy = config_.policy_of(guest.name);
        if (policy == Policy::Leave) continue;
        One& one = guests_.emplace_back();
        one.carried.guest = guest;
        one.carried.action = policy;
        one.reached = world_.reach(guest);
    }
    ask_who_runs();
}

void Lulling::ask_who_runs() {
    unanswered_ = guests_.size();
    if (guests_.empty()) return note_and_go();
    for (std::size_t i = 0; i < guests_.size(); ++i)
        guests_[i].reached->runs(std::min(kAskLimit, left()),
                                 [this, i](const Result<bool>& runs) { told(i, runs); });
}

void Lulling::told(std::size_t index, const Result<bool>& runs) {
    const std::string& name = guests_[index].carried.guest.name;
    if (!runs) problems_.push_back(name + ": " + runs.error().message);
    guests_[index].running = runs && *runs;
    if (--unanswered_ == 0) note_and_go();
}

void Lulling::note_and_go() {
    std::erase_if(guests_, [](const One& one) { return !one.running; });
    std::vector<Carried> noted;
    std::vector<std::string> names;
    FleetOptions options;
    for (const One& one : guests_) {
        noted.push_back(one.carried);
        names.push_back(one.carried.guest.name);
    }
    for (const Carried& each : noted)
        for (const std::string& earlier : each.guest.after)
            if (is_among(names, earlier)) options.after.push_back({each.guest.name, earlier});
    Result<FleetPlan> plan = FleetPlan::make(names, options);
    if (!plan) problems_.push_back(plan.error().message);
    if (stopped_ || !plan || guests_.empty()) return finish();
    if (const Result<void> added = journal_.add(order_.operation, noted); !added) {
        problems_.push_back(added.error().message);
        return finish();
    }
    plan_ = *std::move(plan);
    runner_ = std::make_unique<FleetRunner>(
        *plan_, FleetRunner::Handlers{
                    .start = [this](std::size_t i, const auto& ended) { put_to_sleep(i, ended); },
                    .cancel = [this](std::size_t i) { guests_[i].reached->cancel(); },
                    .moved = {},
                    .over = [this] { finish(); }});
    runner_->go();
}

void Lulling::put_to_sleep(std::size_t index, const FleetRunner::Ended& ended) {
    One& one = guests_[index];
    tell_(one.carried, "sleeping");
    if (one.carried.action == Policy::Pause)
        return one.reached->pause(left(), [this, index, ended](const Result<void>& paused) {
            guests_[index].carried.text =
                paused ? "its machine is stopped" : paused.error().message;
            this->ended(index, state_after(paused), ended);
        });
    const SleepMode mode =
        one.carried.action == Policy::SuspendDisk ? SleepMode::Disk : SleepMode::Ram;
    one.reached->suspend(mode, left() + kUntilCalledOff,
                         [this, index, ended](const Result<SuspendReport>& report) {
                             suspended(index, report, ended);
                         });
}

void Lulling::suspended(std::size_t index, const Result<SuspendReport>& report,
                        const FleetRunner::Ended& ended) {
    Carried& carried = guests_[index].carried;
    carried.text = report ? report->verdict.text : report.error().message;
    if (report) {
        carried.boot_id = report->boot_id;
        carried.balloon = report->balloon;
    }
    this->ended(index, report ? state_after(report->verdict.outcome) : Carried::State::Failed,
                ended);
}

void Lulling::ended(std::size_t index, Carried::State state, const FleetRunner::Ended& ended) {
    One& one = guests_[index];
    one.carried.state = state;
    one.carried.text = shortened(one.carried.text);
    journal_.settle(one.carried);
    tell_(one.carried, state == Carried::State::Asleep ? "asleep" : "failed");
    ended(state == Carried::State::Asleep);
}

void Lulling::stop() {
    if (std::exchange(stopped_, true)) return;
    deadline_.reset();
    if (!runner_ && unanswered_ == 0) {
        finder_.give_up();
        problems_.push_back("the guests could not be found out in time, or it was called off");
        return finish();
    }
    patience_ = glib::after(nullptr, kPatience, [this] { finish(); });
    if (runner_) runner_->stop();
}

/// Those that have not ended stay in the journal as they are: whoever wakes them looks at them too.
void Lulling::finish() {
    if (std::exchange(over_, true)) return;
    deadline_.reset();
    patience_.reset();
    const Result<void> result = verdict();
    const Done done = done_;
    done(result);
}

Result<void> Lulling::verdict() const {
    std::string text;
    for (const std::string& problem : problems_) text += (text.empty() ? "" : "; ") + problem;
    for (const One& one : guests_) {
        if (one.carried.state == Carried::State::Asleep) continue;
        text += (text.empty() ? "" : "; ") + one.carried.guest.name + " did not go to sleep: " +
                (one.carried.text.empty() ? "its turn did not come, or it did not answer"
                                          : one.carried.text);
    }
    return text.empty() ? Result<void>() : fail(ErrorCode::Refused, text);
}

}  // namespace hypnos::hostd
