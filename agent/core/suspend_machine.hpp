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
#include <variant>
#include <vector>

#include "agent/core/marker.hpp"
#include "agent/core/preflight.hpp"

namespace hypnos::agent {

/// The number of the effect that is answered.
using Serial = int;

// Events: what others want.
struct Requested {
    SuspendRequest request;
};
struct CancelRequested {};
struct RehearsalRequested {};
/// Somebody else is about to suspend (logind says so) and waits, briefly, until we have prepared.
struct LocalSleepBegins {
    SuspendRequest request;
};
/// Somebody else's sleep is over; `result` says whether it was one.
struct LocalSleepEnded {
    SuspendRequest request;  ///< if nothing announced it
    SleepResult result;
};
/// At start: another process left this, and what happened since.
struct Recovered {
    Marker marker;
    bool same_boot = true;
    SleepResult since;     ///< compared with the marker's baseline
    std::string why_lost;  ///< in another boot: why the kernel did not take the image
};
/// deadline() has passed.
struct Expired {};

// Events: answers to effects.
struct Inspected {
    Serial serial = 0;
    std::vector<Finding> findings;
    std::vector<Hook> hooks;  ///< in the order of pre
    SleepPlan plan;
};
struct HookFinished {
    Serial serial = 0;
    HookReport report;
};
struct AlarmChosen {
    Serial serial = 0;
    std::int64_t at = 0;  ///< RTC time, seconds since the epoch
    std::string error;    ///< empty: it is free
};
struct AlarmArmed {
    Serial serial = 0;
    std::string error;  ///< empty: armed
};
struct OutputFlushed {
    Serial serial = 0;
};
struct SleepReturned {
    Serial serial = 0;
    SleepResult result;
};
struct Refreshed {
    Serial serial = 0;
    RefreshReport report;
};
struct Rehearsed {
    Serial serial = 0;
};

using SuspendEvent =
    std::variant<Requested, CancelRequested, RehearsalRequested, LocalSleepBegins, LocalSleepEnded,
                 Recovered, Expired, Inspected, HookFinished, AlarmChosen, AlarmArmed,
                 OutputFlushed, SleepReturned, Refreshed, Rehearsed>;

// Effects that are answered by one event with the same serial number.
struct Inspect {  ///< preflight, the hooks there are, the writes that will make this sleep
    Serial serial = 0;
    SuspendRequest request;
};
struct RunHook {
    Serial serial = 0;
    Hook hook;
    HookPhase phase = HookPhase::Pre;
    std::chrono::milliseconds limit{};
};
struct ChooseAlarm {
    Serial serial = 0;
    std::chrono::milliseconds delay{};
};
struct ArmAlarm {
    Serial serial = 0;
    std::int64_t at = 0;
};
struct FlushOutput {  ///< wait, briefly, until what was said has left
    Serial serial = 0;
};
struct EnterSleep {
    Serial serial = 0;
    SleepPlan plan;
};
struct Refresh {  ///< clock, random numbers, network
    Serial serial = 0;
    SleepMode mode = SleepMode::Ram;
};
struct Rehearse {
    Serial serial = 0;
};
// Effects without an answer.
struct StopHook {};  ///< end the hook that runs; HookFinished still comes
struct Persist {};   ///< write marker() to disk before going on
struct Forget {};    ///< remove it
struct PutBack {     ///< settings of /sys/power that another process left behind
    std::string mem_sleep, disk;
};
struct DisarmAlarm {
    std::int64_t at = 0;
};
struct Accept {};  ///< tell the caller that the guest is about to sleep
struct Refuse {    ///< tell the caller why not
    Error error;
};
struct Announce {};       ///< HYPNOS_SUSPENDING
struct LetLocalSleep {};  ///< give up the delay that holds somebody else's sleep
struct Report {
};  ///< HYPNOS_RESUMED, HYPNOS_SUSPEND_FAILED or HYPNOS_IMAGE_LOST, by the record's outcome

using Effect = std::variant<Inspect, RunHook, ChooseAlarm, ArmAlarm, FlushOutput, EnterSleep,
                            Refresh, Rehearse, StopHook, Persist, Forget, PutBack, DisarmAlarm,
                            Accept, Refuse, Announce, LetLocalSleep, Report>;

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

    std::vector<Effect> step(const SuspendEvent& event, BootTime now);

    [[nodiscard]] State state() const { return state_; }
    /// The transaction under way, or the last one.
    [[nodiscard]] const Record& record() const { return record_; }
    /// When Expired is due; there is one in every state but Idle.
    [[nodiscard]] std::optional<BootTime> deadline() const { return deadline_; }
    /// Neither idle nor rehearsing: record() is of what is under way.
    [[nodiscard]] bool has_transaction() const;
    /// Whether CancelRequested would end the transaction.
    [[nodiscard]] bool cancellable() const;
    /// What Persist writes; boot id and baseline are the caller's to add.
    [[nodiscard]] Marker marker() const;

  private:
    using Effects = std::vector<Effect>;

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
    Effects tell_caller(const std::string& why) const;
    Effects call_off(Outcome outcome, const std::string& why);
    Effects local_sleep_over();
    Effects sleep_expired();
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
    Question ask(Question question);

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
/// As its type is called.
[[nodiscard]] std::string_view name_of(const Effect& effect);

}  // namespace hypnos::agent
