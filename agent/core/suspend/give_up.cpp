// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The end of a transaction that does not sleep.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const CancelRequested&) {
    if (!cancellable()) return {};
    if (state_ == State::Preparing) {
        cancelled_ = true;
        return {StopHook{}};
    }
    return call_off(Outcome::Cancelled, "cancelled by the host");
}

/// Before or after anything was prepared.
Effects SuspendMachine::call_off(Outcome outcome, const std::string& why) {
    if (state_ != State::Checking) return give_up(outcome, why);
    record_.outcome = outcome;
    record_.error = why;
    idle();
    return tell_caller(why);
}

Effects SuspendMachine::give_up(Outcome outcome, const std::string& why) {
    record_.outcome = outcome;
    record_.error = why;
    const Effects told = tell_caller(why);
    return told + undo();
}

/// Whoever was told that it would sleep hears by event that it did not.
Effects SuspendMachine::tell_caller(const std::string& why) const {
    if (is_local()) return {LetLocalSleep{}};
    if (accepted_) return {};
    Error error = refusal("suspend refused: " + why);
    error.data.set("outcome", name_of(record_.outcome));
    return {Refuse{error}};
}

}  // namespace hypnos::agent
