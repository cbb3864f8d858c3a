// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// After the death of another agent.

#include "agent/core/suspend/parts.hpp"

namespace hypnos::agent {

Effects SuspendMachine::on(const Recovered& event) {
    if (state_ != State::Idle) return {};
    const Marker& marker = event.marker;
    begin(marker.record.request);
    record_ = marker.record;
    hooks_ = marker.undo;
    started_ = hooks_.size();
    alarm_ = marker.alarm;
    accepted_ = true;
    judge_recovered(event);
    if (!event.same_boot) return undo();
    const Effects put_back = {PutBack{marker.restore_mem_sleep, marker.restore_disk}};
    return put_back + (did_sleep(record_.outcome) && !has_passed("refreshed") ? refresh() : undo());
}

void SuspendMachine::judge_recovered(const Recovered& event) {
    const Marker::Stage stage = event.marker.stage;
    if (stage == Marker::Stage::Returned) return;
    const bool entering = stage == Marker::Stage::Entering;
    // Somebody else's sleep does not wait for us to be ready.
    if (event.same_boot && (entering || is_local())) return judge_since(event.since);
    record_.outcome = Outcome::Failed;
    if (event.same_boot)
        record_.error = "the agent was ended while it prepared the sleep; nothing slept";
    else if (entering && record_.request.mode != SleepMode::Ram)
        judge_lost(event.why_lost);
    else
        record_.error = "the guest was restarted in the middle of the sleep";
}

void SuspendMachine::judge_since(const SleepResult& since) {
    note(since);
    if (did_sleep(record_.outcome)) return;
    record_.error =
        "the agent was ended before the sleep was over, and nothing shows that the guest slept";
}

void SuspendMachine::judge_lost(const std::string& why) {
    record_.outcome = Outcome::ImageLost;
    record_.error =
        "the guest has booted afresh after a disk sleep: its image was not resumed from" +
        (why.empty() ? "" : " (" + why + ")");
}

}  // namespace hypnos::agent
