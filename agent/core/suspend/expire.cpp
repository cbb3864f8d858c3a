// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Deadlines.

#include <utility>

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const Expired&) {
    if (!deadline_ || now_ < *deadline_) return {};
    if (slept_through()) return wait_on();
    switch (state_) {
        case State::Idle:
            return {};
        case State::Checking:
            if (over_) return local_sleep_over();
            return call_off(Outcome::TimedOut,
                            "looking at the guest's state takes too long: storage may hang, or a "
                            "file system be frozen");
        case State::Preparing:
            return pre_hook_finished({hooks_[started_ - 1].name, HookPhase::Pre, "stuck"});
        case State::Arming:
            return give_up(Outcome::TimedOut, "setting the wake alarm takes too long");
        case State::Flushing:
            return enter();
        case State::Asleep:
            return sleep_expired();
        case State::Refreshing:
            record_.refresh.problems.emplace_back("it did not end in time");
            return undo();
        case State::Undoing:
            return post_hook_finished({hooks_[started_ - 1].name, HookPhase::Post, "stuck"});
        case State::Rehearsing:
            return rehearsal_expired();
    }
    return {};
}

/// The clock goes on while the machine sleeps, whoever put it to sleep: a deadline that is told of
/// long after it has passed proves nothing.
bool SuspendMachine::slept_through() const { return now_ > *deadline_ + kReturnGrace; }

Effects SuspendMachine::wait_on() {
    deadline_ = now_ + kReturnGrace;
    return {};
}

/// Nor is the first one proof that the kernel does not return: the machine was meant to sleep.
Effects SuspendMachine::sleep_expired() {
    if (!std::exchange(late_, true)) return wait_on();
    unreturned_ = awaited_;
    record_.outcome = Outcome::TimedOut;
    record_.error = is_local() ? kCalledOff
                               : "the kernel did not sleep and did not return: it may wait for a "
                                 "file system to be written; see the guest's kernel log";
    return undo();
}

}  // namespace hypnos::agent
