// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/outcome_judge.hpp"

#include <utility>

#include "guest/record.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

// The kernel's and the RTC's rounding; what is shorter by more was woken by something else.
constexpr std::chrono::milliseconds kEarly{2000};

std::string joined(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts) result += (result.empty() ? "" : "; ") + part;
    return result;
}

const char* name_of(PowerEvent event) {
    switch (event) {
        case PowerEvent::Suspend:
            return "SUSPEND";
        case PowerEvent::Wakeup:
            return "WAKEUP";
        case PowerEvent::SuspendDisk:
            return "SUSPEND_DISK";
        case PowerEvent::Shutdown:
            return "SHUTDOWN";
    }
    return "";
}

std::string what_failed(const Json& data) {
    std::string text = data["error"].string().value_or("the agent gave no reason");
    if (const auto step = data["step"].string()) text += ", step " + *step;
    if (const auto device = data["device"].string()) text += ", device " + *device;
    if (const auto number = data["errno"].integer()) text += ", errno " + std::to_string(*number);
    return text;
}

std::string slept_text(const Json& data) {
    const std::optional<std::chrono::milliseconds> slept = slept_of(data);
    return "the agent's record says that it slept" + (slept ? " " + slept_words(*slept) : "");
}

/// What a guest may say no with; anything else is a failure.
Outcome outcome_of(const Error& error) {
    if (error.code == ErrorCode::Refused) return Outcome::Refused;
    for (const Outcome outcome : {Outcome::Cancelled, Outcome::TimedOut}) {
        if (error.data["outcome"] == Json(hypnos::name_of(outcome))) return outcome;
    }
    return Outcome::Failed;
}

const char* verb_of(Outcome outcome) {
    if (outcome == Outcome::Refused) return "refused";
    return outcome == Outcome::Failed ? "failed" : "gave up";
}

// An alarm is set when the pre hooks have run; a record without phases has only the slept time.
bool before_alarm(const Json& data, std::chrono::milliseconds wake_after) {
    const auto away = away_of(data);
    return (away ? away : slept_of(data)).value_or(wake_after) + kEarly < wake_after;
}

}  // namespace

OutcomeJudge::OutcomeJudge(SleepQuestion question) : question_(std::move(question)) {}

void OutcomeJudge::add(const Evidence& evidence, HostTime at) {
    now_ = at;
    std::visit([this](const auto& e) { on(e); }, evidence);
}

bool OutcomeJudge::concerns(const Json& data) const {
    if (data["transaction"] != Json(question_.transaction)) return false;
    return data["boot-id"] == Json(question_.boot_id) || is_lost(data);
}

void OutcomeJudge::decide(Outcome outcome, const std::string& text) {
    if (!verdict_) verdict_ = Verdict{outcome, text};
}

std::string OutcomeJudge::after_request() const {
    return in_words(now_ - question_.requested_at) + " after the request";
}

void OutcomeJudge::on(const AgentAccepted&) {
    accepted_at_ = now_;
    if (asleep_) decide(Outcome::Slept, *asleep_);
}

void OutcomeJudge::on(const AgentSaidNo& evidence) {
    const Outcome outcome = outcome_of(evidence.error);
    decide(outcome, std::string("the agent ") + verb_of(outcome) + ": " + evidence.error.message);
}

void OutcomeJudge::on(const AgentRecord& evidence) {
    if (!concerns(evidence.data)) return;
    const std::optional<std::string> name = evidence.data["outcome"].string();
    const std::optional<Outcome> outcome = enumerator<Outcome>(kOutcomeNames, name.value_or(""));
    if (!outcome) return;
    if (*outcome == Outcome::Slept)
        record_says_slept(evidence.data);
    else
        record_says_otherwise(*outcome, evidence.data);
}

void OutcomeJudge::record_says_slept(const Json& data) {
    const std::string record = slept_text(data);
    if (asleep_) return decide(Outcome::Slept, *asleep_ + ", and " + record);
    if (question_.qemu_watched)
        return decide(Outcome::Failed,
                      record + ", but QEMU, which was watched all the time, never slept");
    if (question_.wake_after && before_alarm(data, *question_.wake_after))
        return decide(Outcome::WokeEarly, record + " and woke before its alarm, set to " +
                                              in_words(*question_.wake_after));
    decide(Outcome::Slept, record + " and is awake again");
}

void OutcomeJudge::record_says_otherwise(Outcome outcome, const Json& data) {
    if (outcome == Outcome::S2idle) return decide(outcome, slept_text(data) + " in s2idle only");
    decide(outcome, "the agent's record says: " + what_failed(data));
}

void OutcomeJudge::on(const AgentClosed&) { agent_closed_ = true; }

void OutcomeJudge::on(const QemuReported& evidence) {
    const std::string text =
        std::string("QEMU reported ") + name_of(evidence.event) + " " + after_request();
    switch (evidence.event) {
        case PowerEvent::Suspend:
            return asleep_in_ram(text);
        case PowerEvent::SuspendDisk:
            suspend_disk_ = true;
            [[fallthrough]];
        case PowerEvent::Wakeup:
            return other_events_.push_back(text);
        case PowerEvent::Shutdown:
            return powered_off(text);
    }
}

void OutcomeJudge::on(const QemuState& evidence) {
    run_state_ = evidence.run_state;
    if (run_state_ == "suspended") asleep_in_ram("QEMU says that the guest is suspended");
    if (run_state_ == "shutdown" || run_state_ == "off")
        powered_off("QEMU says that the guest is shut down");
}

void OutcomeJudge::on(const QemuClosed&) { powered_off("QEMU ended " + after_request()); }

void OutcomeJudge::on(const QemuLost& evidence) {
    question_.qemu_watched = false;
    other_events_.push_back("QEMU could not be watched any longer: " + evidence.why);
}

void OutcomeJudge::asleep_in_ram(const std::string& proof) {
    if (!wants_ram()) return other_events_.push_back(proof + ", a sleep in RAM");
    // Before the agent has accepted, it may be a sleep that somebody else asked for.
    if (accepted_at_ || !question_.agent_accepts) return decide(Outcome::Slept, proof);
    if (!asleep_) asleep_ = proof;
}

void OutcomeJudge::powered_off(const std::string& what) {
    const std::string on_disk_only =
        question_.mode == SleepMode::Hybrid ? ": it sleeps on disk only, start it again" : "";
    if (question_.mode != SleepMode::Ram && suspend_disk_)
        return decide(Outcome::Slept, joined(other_events_) + ", then " + what + on_disk_only);
    decide(Outcome::ShutOffWithoutImage,
           what + ", and nothing says that a disk image was written: it may boot afresh");
}

void OutcomeJudge::on(const DeadlinePassed&) {
    if (asleep_) return decide(Outcome::Slept, *asleep_ + ", though its agent did not accept");
    const std::string waited = in_words(now_ - question_.requested_at);
    decide(Outcome::TimedOut, "nothing proved how it ended within " + waited + ": " +
                                  joined(seen()) + ". " + advice());
}

std::vector<std::string> OutcomeJudge::seen() const {
    std::vector<std::string> result;
    result.push_back(accepted_at_ ? "the agent accepted " + in_words(now_ - *accepted_at_) + " ago"
                                  : "the agent did not answer the request");
    if (agent_closed_) result.emplace_back("the agent's port closed, which proves nothing");
    if (!run_state_.empty()) result.push_back("QEMU says " + run_state_);
    result.insert(result.end(), other_events_.begin(), other_events_.end());
    if (!question_.qemu_watched)
        result.emplace_back("QEMU was not watched");
    else if (wants_ram())
        result.emplace_back("no SUSPEND came");
    else
        result.emplace_back(suspend_disk_ ? "no SHUTDOWN came" : "no SUSPEND_DISK came");
    return result;
}

std::string OutcomeJudge::advice() const {
    if (!question_.qemu_watched)
        return "Without qmp= nothing outside the guest can prove a sleep; give it";
    if (suspend_disk_)
        return "The image is written but the machine did not power off, as happens on q35 with "
               "SeaBIOS after an earlier RAM sleep: end this QEMU and start the guest again";
    if (!wants_ram())
        return "The image may still be being written (give more time), or the machine did not "
               "power "
               "off, as happens on q35 with SeaBIOS after an earlier RAM sleep";
    if (!accepted_at_)
        return "Its hooks may still be running: ask for its status before trying again";
    return "The guest may be in s2idle, in which QEMU goes on running, or its kernel hangs: look "
           "at "
           "its console";
}

}  // namespace hypnos
