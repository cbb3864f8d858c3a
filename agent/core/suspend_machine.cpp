// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/suspend_machine.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

/// exit status of a hook that has nothing to do here: as good as ready
constexpr int kSkip = 77;

bool is_veto(const HookReport& report) {
    return report.result != "ok" && !(report.result == "failed" && report.status == kSkip);
}

std::vector<Effect> followed_by(Effect first, const std::vector<Effect>& rest) {
    std::vector<Effect> effects = {std::move(first)};
    for (const Effect& effect : rest) effects.push_back(effect);
    return effects;
}

std::string veto_text(const HookReport& report) {
    std::string text = "hook " + report.name;
    if (report.result == "timed-out")
        text += " did not finish in time";
    else
        text += " refused with status " + std::to_string(report.status);
    if (!report.output.empty()) text += ": " + report.output;
    return text;
}

}  // namespace

std::string_view name_of(SuspendMachine::State state) {
    using State = SuspendMachine::State;
    switch (state) {
        case State::Idle:
            return "idle";
        case State::Preparing:
            return "preparing";
        case State::Arming:
            return "arming";
        case State::Flushing:
            return "flushing";
        case State::Asleep:
            return "asleep";
        case State::Undoing:
            return "undoing";
    }
    return "";
}

std::vector<Effect> SuspendMachine::step(const SuspendEvent& event, BootTime now) {
    now_ = now;
    return std::visit([this](const auto& e) { return on(e); }, event);
}

void SuspendMachine::mark(const std::string& phase) { record_.phases.push_back({phase, now_}); }

SuspendMachine::Effects SuspendMachine::on(const Requested& event) {
    if (state_ != State::Idle)
        return {Refuse{refusal("another suspend is under way (transaction " +
                               record_.request.transaction + "); wait for its event")}};
    if (event.blocker)
        return {Refuse{refusal("cannot suspend (" + event.blocker->code + ", " +
                                   event.blocker->subject + "): " + event.blocker->hint,
                               event.blocker)}};
    record_ = Record{};
    record_.request = event.request;
    hooks_ = event.hooks;
    started_ = 0;
    mark("requested");
    state_ = State::Preparing;
    return next_pre_hook();
}

SuspendMachine::Effects SuspendMachine::next_pre_hook() {
    if (started_ == hooks_.size()) return arm();
    const auto used = std::chrono::duration_cast<milliseconds>(now_ - record_.phases.front().at);
    const milliseconds left = record_.request.hooks_budget - used;
    if (left <= milliseconds(0))
        return give_up(Outcome::Refused, "the hooks took longer than the " +
                                             std::to_string(record_.request.hooks_budget.count()) +
                                             " ms allowed; give a longer deadline-ms");
    return {RunHook{started_++, HookPhase::Pre, std::min(left, kHookLimit)}};
}

SuspendMachine::Effects SuspendMachine::on(const HookFinished& event) {
    if (state_ != State::Preparing && state_ != State::Undoing) return {};
    record_.hooks.push_back(event.report);
    if (state_ == State::Preparing) return pre_hook_finished(event.report);
    return next_post_hook();
}

SuspendMachine::Effects SuspendMachine::pre_hook_finished(const HookReport& report) {
    if (is_veto(report)) return give_up(Outcome::Refused, veto_text(report));
    return next_pre_hook();
}

SuspendMachine::Effects SuspendMachine::arm() {
    mark("hooks-run");
    if (!record_.request.wake_after) return accept();
    state_ = State::Arming;
    return {ArmAlarm{*record_.request.wake_after}};
}

SuspendMachine::Effects SuspendMachine::on(const AlarmArmed& event) {
    if (state_ != State::Arming) return {};
    if (!event.error.empty()) return give_up(Outcome::Refused, event.error);
    return accept();
}

SuspendMachine::Effects SuspendMachine::accept() {
    state_ = State::Flushing;
    return {Accept{}, Announce{}, FlushOutput{}};
}

SuspendMachine::Effects SuspendMachine::on(const OutputFlushed&) {
    if (state_ != State::Flushing) return {};
    mark("entering");
    state_ = State::Asleep;
    return {EnterSleep{record_.request}};
}

SuspendMachine::Effects SuspendMachine::on(const SleepReturned& event) {
    if (state_ != State::Asleep) return {};
    mark("returned");
    record_.slept = event.result.slept;
    record_.outcome = judge_sleep(record_.request.mode, event.result);
    if (record_.outcome == Outcome::Failed || record_.outcome == Outcome::WokeEarly)
        note_failure(event.result);
    state_ = State::Undoing;
    if (record_.request.wake_after) return followed_by(DisarmAlarm{}, next_post_hook());
    return next_post_hook();
}

void SuspendMachine::note_failure(const SleepResult& result) {
    record_.error = failure_text(result);
    record_.os_error = result.os_error;
    record_.step = result.step;
    record_.device = result.device;
    record_.tasks = result.tasks;
}

SuspendMachine::Effects SuspendMachine::give_up(Outcome outcome, const std::string& why) {
    record_.outcome = outcome;
    record_.error = why;
    state_ = State::Undoing;
    return followed_by(Refuse{refusal("suspend refused: " + why)}, next_post_hook());
}

SuspendMachine::Effects SuspendMachine::next_post_hook() {
    if (started_ > 0) return {RunHook{--started_, HookPhase::Post, kHookLimit}};
    mark("finished");
    state_ = State::Idle;
    return {Report{}};
}

}  // namespace hypnos::agent
