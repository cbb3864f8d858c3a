// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sleeps that somebody else started.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const LocalSleepBegins& event) {
    if (reason_to_refuse()) return {LetLocalSleep{}};
    return begin(event.request);
}

Effects SuspendMachine::on(const LocalSleepEnded& event) {
    if (!hears_local_sleeps()) return {};
    if (state_ == State::Idle) {
        if (!did_sleep(judge_sleep(event.request.mode, event.result))) return {};
        Effects effects = begin(event.request);
        over_ = event.result;
        return effects;
    }
    if (did_sleep(judge_sleep(event.request.mode, event.result)))
        record_.request.mode = event.request.mode;  // the announcement need not have known
    if (state_ == State::Asleep || state_ == State::Flushing) return returned(event.result);
    over_ = event.result;
    return state_ == State::Preparing ? Effects{StopHook{}} : Effects{};
}

/// Nobody announced it, or not early enough: hooks get their post even if they had no pre.
Effects SuspendMachine::local_sleep_over() {
    if (state_ == State::Checking && !did_sleep(judge_sleep(record_.request.mode, *over_))) {
        note(*over_);
        idle();
        return {};
    }
    if (state_ == State::Checking) started_ = hooks_.size();
    return returned(*over_);
}

}  // namespace hypnos::agent
