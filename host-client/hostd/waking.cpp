// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "waking.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::hostd {
namespace {

using State = Carried::State;
using std::chrono::microseconds;
using std::chrono::milliseconds;

microseconds now() { return microseconds(g_get_monotonic_time()); }

/// Whether another attempt would go as this one. A guest that never slept has only its clock to lose; one
/// that sleeps on disk, and is no domain, is started by others.
bool is_final(const Carried& carried, const Error& error) {
    const bool off = carried.action == Policy::SuspendDisk && carried.guest.domain.empty();
    return carried.state == State::Failed || error.code == ErrorCode::Usage ||
           (off && error.code == ErrorCode::Unreachable);
}

/// The order of going to sleep; a circle, which no order can be, is none.
FleetPlan plan_of(const std::vector<Carried>& guests) {
    std::vector<std::string> names;
    FleetOptions options;
    for (const Carried& each : guests) names.push_back(each.guest.name);
    for (const Carried& each : guests)
        for (const std::string& earlier : each.guest.after)
            if (std::find(names.begin(), names.end(), earlier) != names.end())
                options.after.push_back({each.guest.name, earlier});
    Result<FleetPlan> plan = FleetPlan::make(names, options);
    return plan ? *std::move(plan) : *FleetPlan::make(names, {});
}

}  // namespace

Waking::Waking(const World& world, Journal& journal, Tell tell, Done done)
    : world_(world), journal_(journal), tell_(std::move(tell)), done_(std::move(done)) {}

void Waking::start() {
    const std::vector<Carried> carried = journal_.content().guests;
    for (const Carried& each : carried) {
        One& one = guests_.emplace_back();
        one.carried = each;
        one.reached = world_.reach(each.guest);
    }
    open_ = guests_.size();
    plan_ = plan_of(carried).reversed();
    runner_ = std::make_unique<FleetRunner>(
        *plan_, FleetRunner::Handlers{.start =
                                          [this](std::size_t i, const auto& ended) {
                                              One& one = guests_[i];
                                              one.ended = ended;
                                              one.until = now() + world_.patience.total;
                                              one.pause = world_.patience.pause;
                                              wake(i);
                                          },
                                      .cancel = {},
                                      .moved = {},
                                      .over = [this] { end_if_over(); }});
    runner_->go();
}

void Waking::wake(std::size_t index) {
    One& one = guests_[index];
    if (one.carried.state != State::Failed && one.carried.state != State::Waking) {
        one.carried.state = State::Waking;
        journal_.settle(one.carried);
        tell_(one.carried, "waking");
    }
    if (one.carried.action != Policy::Pause) return look(index);
    one.reached->unpause(limit(one),
                         [this, index](const Result<void>& result) { unpaused(index, result); });
}

void Waking::unpaused(std::size_t index, const Result<void>& result) {
    result ? look(index) : again(index, result.error());
}

/// Wakes it if it sleeps, and looks at its clock.
void Waking::look(std::size_t index) {
    if (guests_[index].carried.state == State::Failed) return look_if_it_runs(index);
    wake_up(index);
}

/// A guest that did not go to sleep may have gone off by itself, and is not to be started.
void Waking::look_if_it_runs(std::size_t index) {
    guests_[index].reached->runs(limit(guests_[index]), [this, index](const Result<bool>& runs) {
        if (!runs) return again(index, runs.error());
        *runs ? wake_up(index) : told(index, "not-awake", "it does not run any more");
    });
}

void Waking::wake_up(std::size_t index) {
    const Carried& carried = guests_[index].carried;
    guests_[index].reached->wake(
        {.limit = limit(guests_[index]), .balloon = carried.balloon, .boot_id = carried.boot_id},
        [this, index](const Result<WakeReport>& report) { woken(index, report); });
}

void Waking::woken(std::size_t index, const Result<WakeReport>& report) {
    if (!report) return again(index, report.error());
    std::string text = report->text;
    for (const std::string& problem : report->restored.problems) text += "; " + problem;
    told(index, "awake", text);
}

/// Whoever comes after one that does not answer does not wait for all its attempts.
void Waking::again(std::size_t index, const Error& error) {
    One& one = guests_[index];
    if (is_final(one.carried, error) || now() + one.pause > one.until)
        return told(index, "not-awake", error.message);
    one.timer = glib::after(nullptr, one.pause, [this, index] { wake(index); });
    one.pause *= 2;
    let_others_go_on(one);
}

void Waking::told(std::size_t index, const char* state, const std::string& text) {
    One& one = guests_[index];
    one.carried.text = shortened(text);
    one.reached.reset();  // QEMU's sockets serve one client each
    journal_.drop(one.carried.guest.name);
    tell_(one.carried, state);
    --open_;
    let_others_go_on(one);
    end_if_over();
}

void Waking::let_others_go_on(One& one) {
    if (const FleetRunner::Ended ended = std::exchange(one.ended, nullptr)) ended(true);
}

void Waking::end_if_over() {
    if (open_ > 0) return;
    soon_ = glib::soon(nullptr, [this] {
        const Done done = done_;
        done();
    });
}

milliseconds Waking::limit(const One& one) const {
    const auto left = std::chrono::duration_cast<milliseconds>(one.until - now());
    return std::clamp(left, milliseconds(1), world_.patience.attempt);
}

}  // namespace hypnos::hostd
