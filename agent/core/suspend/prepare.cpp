// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Hooks before the sleep, the wake alarm, the announcement.

#include <algorithm>

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

bool is_ok(const HookReport& report) { return report.result == "ok"; }

std::string veto_text(const HookReport& report) {
    std::string text = "hook " + report.name;
    if (report.result == "timed-out")
        text += " did not finish in time";
    else if (report.result == "stuck")
        text += " hangs in the kernel and cannot be ended";
    else
        text += " refused with status " + std::to_string(report.status);
    if (report.retry_after)
        text +=
            " and asks to be tried again in " + std::to_string(report.retry_after->count()) + " s";
    if (!report.output.empty()) text += ": " + report.output;
    return text;
}

}  // namespace

Effects SuspendMachine::next_pre_hook() {
    if (started_ == hooks_.size()) return arm();
    const auto used = std::chrono::duration_cast<milliseconds>(now_ - record_.phases.front().at);
    const milliseconds left = record_.request.hooks_budget - used;
    if (left > milliseconds(0)) return start_pre_hook(left);
    if (is_local()) return arm();  // whoever sleeps will not wait
    return give_up(Outcome::Refused, "the hooks took longer than the " +
                                         std::to_string(record_.request.hooks_budget.count()) +
                                         " ms allowed; give a longer deadline-ms");
}

Effects SuspendMachine::start_pre_hook(milliseconds budget_left) {
    const Hook& hook = hooks_[started_++];
    const milliseconds limit = std::min(budget_left, hook.limit);
    enter_state(State::Preparing, limit + kHookGrace);
    return {Persist{}, ask(RunHook{0, hook, HookPhase::Pre, limit})};
}

Effects SuspendMachine::on(const HookFinished& event) {
    if (expects(State::Preparing, event.serial)) return pre_hook_finished(event.report);
    if (expects(State::Undoing, event.serial)) return post_hook_finished(event.report);
    return {};
}

bool SuspendMachine::may_refuse(const HookReport& report, const Hook& hook) const {
    if (is_ok(report) || is_local()) return false;
    if (report.result == "stuck") return true;  // the kernel could not freeze it
    if (hook.on_failure == OnFailure::Continue) return false;
    return hook.on_failure == OnFailure::Required || !record_.request.force;
}

Effects SuspendMachine::pre_hook_finished(const HookReport& report) {
    record_.hooks.push_back(report);
    if (cancelled_) return give_up(Outcome::Cancelled, "cancelled by the host");
    if (over_) return local_sleep_over();
    if (may_refuse(report, hooks_[started_ - 1]))
        return give_up(Outcome::Refused, veto_text(report));
    return next_pre_hook();
}

Effects SuspendMachine::arm() {
    mark("hooks-run");
    if (is_local() || !record_.request.wake_after) return announce();
    enter_state(State::Arming, kArmLimit);
    return {ask(ChooseAlarm{0, *record_.request.wake_after})};
}

Effects SuspendMachine::on(const AlarmChosen& event) {
    if (!expects(State::Arming, event.serial)) return {};
    if (!event.error.empty()) return give_up(Outcome::Refused, event.error);
    alarm_ = event.at;
    return {Persist{}, ask(ArmAlarm{0, event.at})};
}

Effects SuspendMachine::on(const AlarmArmed& event) {
    if (!expects(State::Arming, event.serial)) return {};
    if (event.error.empty()) return announce();
    alarm_.reset();
    return give_up(Outcome::Refused, event.error);
}

Effects SuspendMachine::announce() {
    enter_state(State::Flushing, kFlushLimit);
    accepted_ = true;
    Effects effects = {Persist{}};
    if (!is_local()) effects.push_back(Accept{});
    return std::move(effects) + Effects{Announce{}, ask(FlushOutput{})};
}

}  // namespace hypnos::agent
