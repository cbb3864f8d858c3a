// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/host_operation.hpp"

#include <utility>

#include "host/host_outcome.hpp"
#include "host/inspection.hpp"
#include "sleep/core/power_files.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kAlarmLook{1000};

microseconds boottime_us() { return std::chrono::duration_cast<microseconds>(sleep::boottime()); }

sleep::Backend backend_of(HostBackend backend) {
    return backend == HostBackend::Logind ? sleep::Backend::Logind : sleep::Backend::Sysfs;
}

bool is_local(const HostSleep& sleep) { return sleep.initiator == Initiator::Local; }

}  // namespace

HostOperation::HostOperation(const HostWorld& world, const HostSleep& sleep,
                             std::optional<SleepLock> lock, glib::Callback ended)
    : world_(world),
      sleep_(sleep),
      lock_(std::move(lock)),
      ended_(std::move(ended)),
      store_(world_.power.root),
      alarm_(world_.power.root),
      sleeper_(world_.power, backend_of(sleep.backend), world_.logind),
      before_(sleep::read_baseline(world_.power.root)) {
    if (lock_) lock_->note(sleep_.operation);
}

template <typename... Arguments>
auto HostOperation::while_alive(void (HostOperation::*call)(Arguments...)) {
    return [this, call, alive = std::weak_ptr<bool>(alive_)](Arguments... arguments) {
        if (!alive.expired()) (this->*call)(arguments...);
    };
}

Result<void> HostOperation::accept(const sleep::SleepPlan& plan,
                                   std::optional<std::chrono::seconds> wake_after) {
    plan_ = plan;
    if (wake_after) wake_at_ = boottime_us() + *wake_after;
    return store_.save({sleep_, world_.boot_id, before_, mem_sleep_});
}

void HostOperation::begin(milliseconds delay) {
    enter_state(State::Waiting);
    timer_ = glib::after(nullptr, delay, [this] { prepare(); });
}

void HostOperation::enter_state(State state) {
    sleep_.state = state;
    save();
    if (world_.handlers.changed) world_.handlers.changed(sleep_);
}

void HostOperation::save() const {
    if (!lock_ || sleep_.state == State::Ended) return;
    if (const Result<void> saved = store_.save({sleep_, world_.boot_id, before_, mem_sleep_});
        !saved)
        g_warning("%s; if this process ends now, nobody will know what to undo",
                  saved.error().message.c_str());
}

void HostOperation::prepare() {
    timer_.reset();
    prepared_ = true;
    enter_state(State::Preparing);
    if (!world_.handlers.prepare) return go({});
    world_.handlers.prepare(sleep_, [call = while_alive(&HostOperation::go)](
                                        const Result<void>& prepared) { call(prepared); });
}

void HostOperation::go(const Result<void>& prepared) {
    if (sleep_.state != State::Preparing) return;
    if (early_) return returned(*early_);
    if (cancelled_) return give_up(Outcome::Cancelled, "called off before the host slept");
    if (announced_) return let_go();
    if (!prepared) return give_up(Outcome::Refused, prepared.error().message);
    enter();
}

std::optional<milliseconds> HostOperation::until_alarm() const {
    if (!wake_at_) return std::nullopt;
    return std::chrono::duration_cast<milliseconds>(*wake_at_ - boottime_us());
}

/// What is to be undone is written down before it is done.
Result<void> HostOperation::set_alarm() {
    const Result<AlarmPlan> plan = alarm_.plan(until_alarm());
    if (!plan) return fail(plan.error());
    alarm_plan_ = *plan;
    sleep_.alarm = plan->set;
    sleep_.kept_alarm = plan->keep;
    save();
    return alarm_.arm(alarm_plan_);
}

void HostOperation::enter() {
    if (const auto left = until_alarm(); left && *left < kAlarmMargin)
        return give_up(Outcome::Refused,
                       "the time to wake has come, or nearly, before the guests slept; sleep for "
                       "longer, or see with hypnosctl which guest is slow");
    before_ = sleep::read_baseline(world_.power.root);
    if (sleep_.backend == HostBackend::Sysfs)
        plan_.wakeup_count = sleep::read_wakeup_count(world_.power.root);
    else if (plan_.mem_sleep != plan_.restore_mem_sleep)
        mem_sleep_ = plan_.restore_mem_sleep;
    if (const Result<void> set = set_alarm(); !set)
        return give_up(Outcome::Failed, set.error().message);
    enter_state(State::Entering);
    ask();
}

/// logind knows S3 from s2idle by mem_sleep only.
void HostOperation::ask() {
    if (!mem_sleep_.empty() &&
        world_.power.root.write(sleep::power_files::kMemSleep, plan_.mem_sleep) != 0)
        return give_up(Outcome::Failed,
                       std::string("cannot write ") + sleep::power_files::kMemSleep);
    asked_ = true;
    sleeper_.start(plan_, [call = while_alive(&HostOperation::returned)](
                              const sleep::SleepResult& result) { call(result); });
}

void HostOperation::announced() {
    announced_ = true;
    if (asked_) {
        keep_alarm_ahead();
        timer_ = glib::every(nullptr, kAlarmLook, [this] { keep_alarm_ahead(); });
        return world_.logind.release();
    }
    evidence_.emplace(world_.power.root);
    before_ = evidence_->before();
    wakeups_ = sleep::read_wakeup_counts(world_.power.root);
    if (sleep_.state == State::Waiting) prepare();
}

/// Somebody else's sleep; ours, if one was wanted, has been overtaken by it.
void HostOperation::let_go() {
    if (const Result<void> set = set_alarm(); !set) g_warning("%s", set.error().message.c_str());
    enter_state(State::Entering);
    world_.logind.release();
}

/// Others may hold the sleep up for long, and an alarm that rings meanwhile wakes nobody. Looked at
/// until user space is frozen; after the sleep never.
void HostOperation::keep_alarm_ahead() {
    const auto after = until_alarm();
    if (!after || sleep::has_slept(before_, sleep::read_baseline(world_.power.root))) return;
    const AlarmPlan plan = alarm_.keep_ahead(alarm_plan_, *after);
    if (plan == alarm_plan_) return;
    alarm_plan_ = plan;
    sleep_.alarm = plan.set;
    sleep_.kept_alarm = plan.keep;
    save();
    if (const Result<void> armed = alarm_.arm(plan); !armed)
        g_warning("%s", armed.error().message.c_str());
}

void HostOperation::missed_the_end() {
    if (taken_over_ && sleep_.state == State::Entering) over();
}

void HostOperation::over() {
    if (asked_) {
        [[maybe_unused]] const bool ours = sleeper_.over();
        return;
    }
    if (!std::exchange(announced_, false)) return;
    const sleep::SleepResult result = proof();
    if (sleep_.state == State::Entering) return returned(result);
    if (sleep_.state != State::Preparing) return;
    early_ = result;
    if (world_.handlers.hurry) world_.handlers.hurry();
}

/// Of a sleep that was not asked for here, whose mode nobody has told.
sleep::SleepResult HostOperation::proof() {
    const sleep::Root& root = world_.power.root;
    const sleep::Baseline after = sleep::read_baseline(root);
    if (is_local(sleep_) && sleep::has_slept(before_, after)) {
        const SleepMode mode = sleep::guess_mode(before_, after);
        sleep_.target = mode == SleepMode::Ram    ? HostTarget::Mem
                        : mode == SleepMode::Disk ? HostTarget::Disk
                                                  : HostTarget::Hybrid;
    }
    sleep::SleepResult result = sleep::compare(mode_of(sleep_.target), before_, after);
    if (evidence_) evidence_->add_to(result, mode_of(sleep_.target), false);
    const auto chosen = sleep::parse_choice(root.text(sleep::power_files::kMemSleep)).chosen;
    result.deep = chosen != "s2idle";
    if (!wakeups_.empty())
        result.wake_reason = sleep::wake_reason(root, wakeups_, sleep::read_wakeup_counts(root));
    return result;
}

void HostOperation::returned(const sleep::SleepResult& result) {
    if (asked_ && announced_ && !result.backend_error.empty()) {
        // logind was about to sleep already, for somebody else: that sleep is to come.
        asked_ = false;
        return;
    }
    const auto rung = [this](std::optional<std::int64_t> at) { return at && alarm_.has_rung(*at); };
    conclude(sleep_, result, {rung(alarm_plan_.set), rung(alarm_plan_.keep)});
    put_back();
    restore();
}

void HostOperation::give_up(Outcome outcome, const std::string& text) {
    conclude_without_sleep(sleep_, outcome, text);
    put_back();
    if (announced_) world_.logind.release();
    restore();
}

void HostOperation::put_back() {
    alarm_.put_back(std::exchange(alarm_plan_, {}));
    sleep::put_back_settings(world_.power.root, std::exchange(mem_sleep_, {}), "");
}

void HostOperation::restore() {
    timer_.reset();
    enter_state(State::Restoring);
    if (!prepared_ || !world_.handlers.restore) return end();
    world_.handlers.restore(sleep_, while_alive(&HostOperation::end));
}

void HostOperation::end() {
    if (sleep_.state != State::Restoring) return;
    sleep_.state = State::Ended;
    if (lock_) store_.finish(sleep_);
    lock_.reset();
    if (world_.handlers.changed) world_.handlers.changed(sleep_);
    ended_();
}

Result<void> HostOperation::cancel() {
    if (is_local(sleep_) || announced_)
        return fail(ErrorCode::Refused,
                    "this sleep was begun by somebody else at logind, which cannot call it off");
    switch (sleep_.state) {
        case State::Waiting:
            give_up(Outcome::Cancelled, "called off before the host slept");
            return {};
        case State::Preparing:
            cancelled_ = true;
            if (world_.handlers.hurry) world_.handlers.hurry();
            return {};
        case State::Entering:
            return fail(ErrorCode::Refused, "it is too late: the kernel has been asked to sleep");
        case State::Restoring:
        case State::Ended:
            break;
    }
    return fail(ErrorCode::Refused, "the host is awake again: nothing is left to call off");
}

void HostOperation::take_over(const Unfinished& unfinished) {
    before_ = unfinished.before;
    mem_sleep_ = unfinished.mem_sleep;
    alarm_plan_ = {unfinished.sleep.alarm, unfinished.sleep.kept_alarm};
    prepared_ = taken_over_ = true;
    settle(unfinished);
}

void HostOperation::settle(const Unfinished& unfinished) {
    if (sleep_.state == State::Restoring) return put_back(), restore();
    if (unfinished.boot_id != world_.boot_id) {
        conclude_after_boot(sleep_);
        return put_back(), restore();
    }
    if (sleep::has_slept(before_, sleep::read_baseline(world_.power.root)))
        return returned(proof());
    if (sleep::logind_prepares_for_sleep(world_.power.root)) {
        announced_ = true;
        return enter_state(State::Entering);
    }
    if (sleep_.state == State::Entering)
        return give_up(Outcome::Failed, "the process that did it ended before the host slept");
    give_up(Outcome::Cancelled, "the process that did it ended");
}

}  // namespace hypnos
