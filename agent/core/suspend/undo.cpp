// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What was prepared is undone, in reverse.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::undo() {
    stage_ = Marker::Stage::Returned;
    Effects effects;
    if (alarm_) effects.push_back(DisarmAlarm{*alarm_});
    effects.push_back(Persist{});
    alarm_.reset();
    return std::move(effects) + next_post_hook();
}

Effects SuspendMachine::next_post_hook() {
    if (started_ > 0) {
        const Hook& hook = hooks_[started_ - 1];
        enter_state(State::Undoing, hook.limit + kHookGrace);
        return {ask(RunHook{0, hook, HookPhase::Post, hook.limit})};
    }
    mark("finished");
    idle();
    return {Report{}, Forget{}};
}

Effects SuspendMachine::post_hook_finished(const HookReport& report) {
    record_.hooks.push_back(report);
    --started_;
    return Effects{Persist{}} + next_post_hook();
}

}  // namespace hypnos::agent
