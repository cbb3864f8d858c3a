// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/suspend_machine.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;
using Effects = std::vector<Effect>;

constexpr const char* kCalledOff = "the sleep that was announced did not come";

bool is_ok(const HookReport& report) { return report.result == "ok"; }

bool slept(Outcome outcome) { return outcome == Outcome::Slept || outcome == Outcome::S2idle; }

Effects operator+(Effects first, const Effects& rest) {
    for (const Effect& effect : rest) first.push_back(effect);
    return first;
}

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

Error blocked(const Finding& finding) {
    return refusal(
        "cannot suspend (" + finding.code + ", " + finding.subject + "): " + finding.hint, finding);
}

}  // namespace

std::string_view name_of(SuspendMachine::State state) {
    using State = SuspendMachine::State;
    switch (state) {
        case State::Idle:
            return "idle";
        case State::Checking:
            return "checking";
        case State::Preparing:
            return "preparing";
        case State::Arming:
            return "arming";
        case State::Flushing:
            return "flushing";
        case State::Asleep:
            return "asleep";
        case State::Refreshing:
            return "refreshing";
        case State::Undoing:
            return "undoing";
        case State::Rehearsing:
            return "rehearsing";
    }
    return "";
}

std::string_view name_of(const Effect& effect) {
    constexpr std::array<std::string_view, std::variant_size_v<Effect>> kNames = {
        "Inspect",  "RunHook", "ChooseAlarm", "ArmAlarm",    "FlushOutput", "EnterSleep",
        "Refresh",  "Rehearse", "StopHook",   "Persist",     "Forget",      "PutBack",
        "DisarmAlarm", "Accept", "Refuse",    "Announce",    "LetLocalSleep", "Report"};
    return kNames.at(effect.index());
}

std::vector<Effect> SuspendMachine::step(const SuspendEvent& event, BootTime now) {
    now_ = now;
    return std::visit([this](const auto& e) { return on(e); }, event);
}

bool SuspendMachine::has_transaction() const {
    return state_ != State::Idle && state_ != State::Rehearsing;
}

bool SuspendMachine::cancellable() const {
    constexpr std::array kStates = {State::Checking, State::Preparing, State::Arming,
                                    State::Flushing};
    return !is_local() && !cancelled_ &&
           std::find(kStates.begin(), kStates.end(), state_) != kStates.end();
}

Marker SuspendMachine::marker() const {
    Marker marker;
    marker.stage = stage_;
    marker.record = record_;
    marker.undo.assign(hooks_.begin(), hooks_.begin() + static_cast<std::ptrdiff_t>(started_));
    marker.alarm = alarm_;
    marker.restore_mem_sleep = plan_.restore_mem_sleep;
    marker.restore_disk = plan_.restore_disk;
    return marker;
}

void SuspendMachine::mark(const std::string& phase) { record_.phases.push_back({phase, now_}); }

bool SuspendMachine::has_passed(const std::string& phase) const {
    const auto is_it = [&phase](const Phase& passed) { return passed.name == phase; };
    return std::any_of(record_.phases.begin(), record_.phases.end(), is_it);
}

bool SuspendMachine::is_local() const { return record_.request.initiator == Initiator::Local; }

bool SuspendMachine::expects(State state, Serial serial) const {
    return state_ == state && awaited_ == serial && awaited_ != 0;
}

template <typename Question>
Question SuspendMachine::ask(Question question) {
    question.serial = awaited_ = ++last_serial_;
    return question;
}

void SuspendMachine::enter_state(State state, std::chrono::microseconds limit) {
    state_ = state;
    deadline_ = now_ + limit;
}

void SuspendMachine::idle() {
    state_ = State::Idle;
    deadline_.reset();
    awaited_ = 0;
}

// Beginning ---------------------------------------------------------------------------------------

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

// Preparing ---------------------------------------------------------------------------------------

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

// Calling it off ----------------------------------------------------------------------------------

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

// Sleeping ----------------------------------------------------------------------------------------

Effects SuspendMachine::on(const OutputFlushed& event) {
    if (!expects(State::Flushing, event.serial)) return {};
    return enter();
}

Effects SuspendMachine::enter() {
    mark("entering");
    stage_ = Marker::Stage::Entering;
    enter_state(State::Asleep, kSleepLimit);
    if (!is_local()) return {Persist{}, ask(EnterSleep{0, plan_})};
    awaited_ = 0;
    return {Persist{}, LetLocalSleep{}};
}

Effects SuspendMachine::on(const SleepReturned& event) {
    if (event.serial == unreturned_) unreturned_ = 0;
    if (!expects(State::Asleep, event.serial)) return {};
    return returned(event.result);
}

void SuspendMachine::note(const SleepResult& result) {
    mark("returned");
    record_.slept = result.slept;
    record_.wake_reason = result.wake_reason;
    record_.outcome = judge_sleep(record_.request.mode, result);
    if (slept(record_.outcome)) return;
    record_.error = is_local() && result.os_error == 0 ? kCalledOff : failure_text(result);
    record_.os_error = result.os_error;
    record_.step = result.step;
    record_.device = result.device;
    record_.tasks = result.tasks;
}

Effects SuspendMachine::returned(const SleepResult& result) {
    note(result);
    return slept(record_.outcome) ? refresh() : undo();
}

Effects SuspendMachine::refresh() {
    stage_ = Marker::Stage::Returned;
    enter_state(State::Refreshing, kRefreshLimit);
    return {Persist{}, ask(Refresh{0, record_.request.mode})};
}

Effects SuspendMachine::on(const Refreshed& event) {
    if (!expects(State::Refreshing, event.serial)) return {};
    record_.refresh = event.report;
    mark("refreshed");
    return undo();
}

// Undoing -----------------------------------------------------------------------------------------

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

// Sleeps that somebody else started ---------------------------------------------------------------

Effects SuspendMachine::on(const LocalSleepBegins& event) {
    if (reason_to_refuse()) return {LetLocalSleep{}};
    return begin(event.request);
}

Effects SuspendMachine::on(const LocalSleepEnded& event) {
    if (state_ == State::Rehearsing) return {};
    if (state_ == State::Idle) {
        if (!slept(judge_sleep(event.request.mode, event.result))) return {};
        const Effects effects = begin(event.request);
        over_ = event.result;
        return effects;
    }
    if (!is_local() || stage_ == Marker::Stage::Returned || over_) return {};
    if (slept(judge_sleep(event.request.mode, event.result)))
        record_.request.mode = event.request.mode;  // the announcement need not have known
    if (state_ == State::Asleep || state_ == State::Flushing) return returned(event.result);
    over_ = event.result;
    return state_ == State::Preparing ? Effects{StopHook{}} : Effects{};
}

/// Nobody announced it, or not early enough: hooks get their post even if they had no pre.
Effects SuspendMachine::local_sleep_over() {
    if (state_ == State::Checking && !slept(judge_sleep(record_.request.mode, *over_))) {
        note(*over_);
        idle();
        return {};
    }
    if (state_ == State::Checking) started_ = hooks_.size();
    return returned(*over_);
}

// After the death of another agent ----------------------------------------------------------------

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
    return put_back + (slept(record_.outcome) && !has_passed("refreshed") ? refresh() : undo());
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
    if (slept(record_.outcome)) return;
    record_.error =
        "the agent was ended before the sleep was over, and nothing shows that the guest slept";
}

void SuspendMachine::judge_lost(const std::string& why) {
    record_.outcome = Outcome::ImageLost;
    record_.error =
        "the guest has booted afresh after a disk sleep: its image was not resumed from" +
        (why.empty() ? "" : " (" + why + ")");
}

// Deadlines ---------------------------------------------------------------------------------------

Effects SuspendMachine::on(const Expired&) {
    if (!deadline_ || now_ < *deadline_) return {};
    switch (state_) {
        case State::Idle:
            return {};
        case State::Checking:
            if (over_) return local_sleep_over();
            return call_off(Outcome::TimedOut, "looking at the guest's state takes too long");
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

/// The clock went on while the machine slept, so a deadline that has passed is no proof that the
/// kernel does not return: the second one is, unless it was slept through too.
Effects SuspendMachine::sleep_expired() {
    const bool slept_through = now_ > *deadline_ + kReturnGrace;
    if (!std::exchange(late_, true) || slept_through) {
        deadline_ = now_ + kReturnGrace;
        return {};
    }
    unreturned_ = awaited_;
    record_.outcome = Outcome::TimedOut;
    record_.error = is_local() ? kCalledOff
                               : "the kernel did not sleep and did not return: it may wait for a "
                                 "file system to be written; see the guest's kernel log";
    return undo();
}

// Rehearsal ---------------------------------------------------------------------------------------

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
