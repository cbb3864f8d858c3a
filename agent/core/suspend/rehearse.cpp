// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A rehearsal is no transaction: nothing is prepared for it, and nothing undone.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const RehearsalRequested&) {
    if (const std::optional<Error> error = reason_to_refuse()) return {Refuse{*error}};
    enter_state(State::Rehearsing, kRehearsalLimit);
    return {ask(Rehearse{})};
}

Effects SuspendMachine::rehearsal_expired() {
    unreturned_ = awaited_;
    idle();
    return {
        Refuse{refusal("the kernel has not come back from the rehearsal; see the guest's kernel "
                       "log")}};
}

Effects SuspendMachine::on(const Rehearsed& event) {
    if (event.serial == unreturned_) unreturned_ = 0;
    if (expects(State::Rehearsing, event.serial)) idle();
    return {};
}

}  // namespace hypnos::agent
