// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/suspend_machine.hpp"

#include <algorithm>
#include <array>

namespace hypnos::agent {

std::string_view name_of(SuspendMachine::State state) {
    using State = SuspendMachine::State;
    switch (state) {
        case State::Idle:
            return "idle";
        case State::Checking:
            return "checking";
        case State::Preparing:
            return "preparing";
        case State::Arming:
            return "arming";
        case State::Flushing:
            return "flushing";
        case State::Asleep:
            return "asleep";
        case State::Refreshing:
            return "refreshing";
        case State::Undoing:
            return "undoing";
        case State::Rehearsing:
            return "rehearsing";
    }
    return "";
}

std::string_view name_of(const Effect& effect) {
    constexpr std::array<std::string_view, std::variant_size_v<Effect>> kNames = {
        "Inspect",     "RunHook",  "ChooseAlarm", "ArmAlarm", "FlushOutput",   "EnterSleep",
        "Refresh",     "Rehearse", "StopHook",    "Persist",  "Forget",        "PutBack",
        "DisarmAlarm", "Accept",   "Refuse",      "Announce", "LetLocalSleep", "Report"};
    return kNames.at(effect.index());
}

Effects SuspendMachine::step(const SuspendEvent& event, BootTime now) {
    now_ = now;
    return std::visit([this](const auto& e) { return on(e); }, event);
}

bool SuspendMachine::has_transaction() const {
    return state_ != State::Idle && state_ != State::Rehearsing;
}

bool SuspendMachine::hears_local_sleeps() const {
    if (state_ == State::Idle) return true;
    return state_ != State::Rehearsing && is_local() && stage_ != Marker::Stage::Returned && !over_;
}

bool SuspendMachine::cancellable() const {
    constexpr std::array kStates = {State::Checking, State::Preparing, State::Arming,
                                    State::Flushing};
    return !is_local() && !cancelled_ &&
           std::find(kStates.begin(), kStates.end(), state_) != kStates.end();
}

Marker SuspendMachine::marker() const {
    Marker marker;
    marker.stage = stage_;
    marker.record = record_;
    marker.undo.assign(hooks_.begin(), hooks_.begin() + static_cast<std::ptrdiff_t>(started_));
    marker.alarm = alarm_;
    marker.restore_mem_sleep = plan_.restore_mem_sleep;
    marker.restore_disk = plan_.restore_disk;
    return marker;
}

void SuspendMachine::mark(const std::string& phase) { record_.phases.push_back({phase, now_}); }

bool SuspendMachine::has_passed(const std::string& phase) const {
    const auto is_it = [&phase](const Phase& passed) { return passed.name == phase; };
    return std::any_of(record_.phases.begin(), record_.phases.end(), is_it);
}

bool SuspendMachine::is_local() const { return record_.request.initiator == Initiator::Local; }

bool SuspendMachine::expects(State state, Serial serial) const {
    return state_ == state && awaited_ == serial && awaited_ != 0;
}

void SuspendMachine::enter_state(State state, std::chrono::microseconds limit) {
    state_ = state;
    deadline_ = now_ + limit;
}

void SuspendMachine::idle() {
    state_ = State::Idle;
    deadline_.reset();
    awaited_ = 0;
}

}  // namespace hypnos::agent
