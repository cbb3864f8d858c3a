// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The suspend machine: one transaction from request to report. docs/suspend.md has the diagram, the
// tables of states, events and effects, and what holds at every step.
//
// The machine decides and touches nothing: step() answers with effects, the caller carries them out
// in order and feeds the results back. Each effect that asks for an answer carries a serial number,
// and the answer repeats it: a late answer to something given up changes nothing. Pure: a value that
// can be copied and compared with what a test expects.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/suspend/effects.hpp"
#include "agent/core/suspend/events.hpp"

namespace hypnos::agent {

class SuspendMachine {
  public:
    enum class State {
        Idle,
        Checking,
        Preparing,
        Arming,
        Flushing,
        Asleep,
        Refreshing,
        Undoing,
        Rehearsing,
    };

    // How long each state may last, beyond what its hooks are given.
    static constexpr std::chrono::seconds kCheckLimit{10};
    static constexpr std::chrono::seconds kHookGrace{5};  ///< for ending a late hook
    static constexpr std::chrono::seconds kArmLimit{5};
    static constexpr std::chrono::seconds kFlushLimit{1};
    /// Of time in which this process runs: the kernel's sync before it freezes us, and its failure
    /// to freeze. Sleep itself has no limit.
    static constexpr std::chrono::seconds kSleepLimit{120};
    static constexpr std::chrono::seconds kReturnGrace{10};
    static constexpr std::chrono::seconds kRefreshLimit{10};
    static constexpr std::chrono::seconds kRehearsalLimit{120};

    Effects step(const SuspendEvent& event, BootTime now);

    [[nodiscard]] State state() const { return state_; }
    /// The transaction under way, or the last one.
    [[nodiscard]] const Record& record() const { return record_; }
    /// When Expired is due; there is one in every state but Idle.
    [[nodiscard]] std::optional<BootTime> deadline() const { return deadline_; }
    /// Neither idle nor rehearsing: record() is of what is under way.
    [[nodiscard]] bool has_transaction() const;
    /// Whether LocalSleepEnded would be heard now; else it is to be told again later.
    [[nodiscard]] bool hears_local_sleeps() const;
    /// Whether CancelRequested would end the transaction.
    [[nodiscard]] bool cancellable() const;
    /// What Persist writes; boot id and baseline are the caller's to add.
    [[nodiscard]] Marker marker() const;

  private:
    Effects on(const Requested& event);
    Effects on(const CancelRequested& event);
    Effects on(const RehearsalRequested& event);
    Effects on(const LocalSleepBegins& event);
    Effects on(const LocalSleepEnded& event);
    Effects on(const Recovered& event);
    Effects on(const Expired& event);
    Effects on(const Inspected& event);
    Effects on(const HookFinished& event);
    Effects on(const AlarmChosen& event);
    Effects on(const AlarmArmed& event);
    Effects on(const OutputFlushed& event);
    Effects on(const SleepReturned& event);
    Effects on(const Refreshed& event);
    Effects on(const Rehearsed& event);

    [[nodiscard]] std::optional<Error> reason_to_refuse() const;
    Effects begin(const SuspendRequest& request);
    Effects refuse(const Error& error);
    Effects next_pre_hook();
    Effects start_pre_hook(std::chrono::milliseconds budget_left);
    Effects pre_hook_finished(const HookReport& report);
    [[nodiscard]] bool may_refuse(const HookReport& report, const Hook& hook) const;
    Effects arm();
    Effects announce();
    Effects enter();
    Effects returned(const SleepResult& result);
    Effects give_up(Outcome outcome, const std::string& why);
    [[nodiscard]] Effects tell_caller(const std::string& why) const;
    Effects call_off(Outcome outcome, const std::string& why);
    Effects local_sleep_over();
    Effects sleep_expired();
    Effects wait_on();
    [[nodiscard]] bool slept_through() const;
    Effects refresh();
    Effects undo();
    Effects next_post_hook();
    Effects post_hook_finished(const HookReport& report);
    Effects rehearsal_expired();

    void judge_recovered(const Recovered& event);
    void judge_since(const SleepResult& since);
    void judge_lost(const std::string& why);
    void enter_state(State state, std::chrono::microseconds limit);
    void idle();
    void mark(const std::string& phase);
    [[nodiscard]] bool has_passed(const std::string& phase) const;
    void note(const SleepResult& result);
    [[nodiscard]] bool is_local() const;
    /// Whether an answer is the one that this state waits for.
    [[nodiscard]] bool expects(State state, Serial serial) const;
    template <typename Question>
    Question ask(Question question) {
        question.serial = awaited_ = ++last_serial_;
        return question;
    }

    State state_ = State::Idle;
    std::optional<BootTime> deadline_;
    BootTime now_{};
    Serial last_serial_ = 0;
    Serial awaited_ = 0;
    /// A question to the kernel that was given up but not answered: nothing new may begin.
    Serial unreturned_ = 0;

    Record record_;
    Marker::Stage stage_ = Marker::Stage::Preparing;
    std::vector<Hook> hooks_;
    std::size_t started_ = 0;  ///< hooks whose pre was started and whose post has not ended
    SleepPlan plan_;
    std::optional<std::int64_t> alarm_;
    bool accepted_ = false;   ///< the caller has been told
    bool cancelled_ = false;  ///< while a hook runs that must end first
    bool late_ = false;       ///< asleep beyond the deadline once
    /// The sleep of somebody else has ended before we were ready.
    std::optional<SleepResult> over_;
};

[[nodiscard]] std::string_view name_of(SuspendMachine::State state);

}  // namespace hypnos::agent
