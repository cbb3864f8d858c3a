// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A request comes, or is refused before anything was prepared.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {
namespace {

Error blocked(const Finding& finding) {
    return refusal(
        "cannot suspend (" + finding.code + ", " + finding.subject + "): " + finding.hint, finding);
}

}  // namespace

std::optional<Error> SuspendMachine::reason_to_refuse() const {
    if (state_ == State::Rehearsing)
        return refusal("a rehearsal is under way; try again when it has ended");
    if (state_ != State::Idle)
        return refusal("another suspend is under way (transaction " + record_.request.transaction +
                       "); wait for its event");
    if (unreturned_ != 0)
        return refusal(
            "the kernel has not returned from an earlier attempt; see the guest's "
            "kernel log for what it waits for");
    return std::nullopt;
}

Effects SuspendMachine::on(const Requested& event) {
    if (const std::optional<Error> error = reason_to_refuse()) return {Refuse{*error}};
    return begin(event.request);
}

Effects SuspendMachine::begin(const SuspendRequest& request) {
    record_ = Record{};
    record_.request = request;
    hooks_.clear();
    started_ = 0;
    plan_ = {};
    stage_ = Marker::Stage::Preparing;
    alarm_.reset();
    over_.reset();
    accepted_ = cancelled_ = late_ = false;
    mark("requested");
    enter_state(State::Checking, kCheckLimit);
    return {ask(Inspect{0, request})};
}

Effects SuspendMachine::on(const Inspected& event) {
    if (!expects(State::Checking, event.serial)) return {};
    hooks_ = event.hooks;
    if (over_) return local_sleep_over();
    if (const Finding* blocker = first_blocker(event.findings); blocker != nullptr && !is_local())
        return refuse(blocked(*blocker));
    record_.warnings = event.findings;
    plan_ = event.plan;
    mark("checked");
    return next_pre_hook();
}

/// Nothing is prepared yet, so there is nothing to report.
Effects SuspendMachine::refuse(const Error& error) {
    record_.outcome = Outcome::Refused;
    record_.error = error.message;
    idle();
    return {Refuse{error}};
}

}  // namespace hypnos::agent
