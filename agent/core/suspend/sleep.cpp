// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The sleep itself, and what it leaves stale.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const OutputFlushed& event) {
    if (!expects(State::Flushing, event.serial)) return {};
    return enter();
}

Effects SuspendMachine::enter() {
    mark("entering");
    stage_ = Marker::Stage::Entering;
    enter_state(State::Asleep, kSleepLimit);
    if (!is_local()) return {Persist{}, ask(EnterSleep{0, plan_})};
    awaited_ = 0;
    return {Persist{}, LetLocalSleep{}};
}

Effects SuspendMachine::on(const SleepReturned& event) {
    if (event.serial == unreturned_) unreturned_ = 0;
    if (!expects(State::Asleep, event.serial)) return {};
    return returned(event.result);
}

void SuspendMachine::note(const SleepResult& result) {
    mark("returned");
    record_.slept = result.slept;
    record_.wake_reason = result.wake_reason;
    record_.outcome = judge_sleep(record_.request.mode, result);
    if (did_sleep(record_.outcome)) return;
    record_.error = is_local() && result.os_error == 0 ? kCalledOff : failure_text(result);
    record_.os_error = result.os_error;
    record_.step = result.step;
    record_.device = result.device;
    record_.tasks = result.tasks;
}

Effects SuspendMachine::returned(const SleepResult& result) {
    note(result);
    return did_sleep(record_.outcome) ? refresh() : undo();
}

Effects SuspendMachine::refresh() {
    stage_ = Marker::Stage::Returned;
    enter_state(State::Refreshing, kRefreshLimit);
    return {Persist{}, ask(Refresh{0, record_.request.mode})};
}

Effects SuspendMachine::on(const Refreshed& event) {
    if (!expects(State::Refreshing, event.serial)) return {};
    record_.refresh = event.report;
    mark("refreshed");
    return undo();
}

}  // namespace hypnos::agent
