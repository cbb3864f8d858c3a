// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The suspend machine: one transaction from request to report.
//
//            Requested               pre hooks ready           alarm armed
//   Idle ---------------> Preparing ------------------> Arming ------------> Flushing
//    ^                        |                           |                      |
//    |                        | veto                      | no alarm             | output flushed
//    |  post hooks done       v                           v                      v
//    +--------------------- Undoing <-------------------------------------- Asleep
//                                               SleepReturned
//
// Post hooks run in reverse, for every hook whose pre was started. The machine decides and touches
// nothing: step() answers with effects, the caller carries them out in order and feeds the results
// back. Pure: a value that can be copied and compared with what a test expects.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/sleep_result.hpp"

namespace hypnos::agent {

// Events.
struct Requested {
    SuspendRequest request;
    std::optional<Finding> blocker;
    std::vector<std::string> hooks;  ///< names, in the order of pre
};
struct HookFinished {
    HookReport report;
};
struct AlarmArmed {
    std::string error;  ///< empty: armed
};
struct OutputFlushed {};
struct SleepReturned {
    SleepResult result;
};
using SuspendEvent =
    std::variant<Requested, HookFinished, AlarmArmed, OutputFlushed, SleepReturned>;

// Effects. Each of RunHook, ArmAlarm, FlushOutput and EnterSleep is answered by one event.
struct RunHook {
    std::size_t index = 0;
    HookPhase phase = HookPhase::Pre;
    std::chrono::milliseconds limit{};
};
struct ArmAlarm {
    std::chrono::milliseconds delay{};
};
struct DisarmAlarm {};
struct Accept {};  ///< tell the caller that the guest is about to sleep
struct Refuse {    ///< tell the caller why not
    Error error;
};
struct Announce {};     ///< HYPNOS_SUSPENDING
struct FlushOutput {};  ///< wait, briefly, until what was said has left
struct EnterSleep {
    SuspendRequest request;
};
struct Report {};  ///< HYPNOS_RESUMED or HYPNOS_SUSPEND_FAILED, by the record's outcome
using Effect = std::variant<RunHook, ArmAlarm, DisarmAlarm, Accept, Refuse, Announce, FlushOutput,
                            EnterSleep, Report>;

class SuspendMachine {
  public:
    enum class State { Idle, Preparing, Arming, Flushing, Asleep, Undoing };

    /// Limit of one hook; `pre` hooks together also keep to the request's budget.
    static constexpr std::chrono::milliseconds kHookLimit{15000};

    std::vector<Effect> step(const SuspendEvent& event, BootTime now);

    [[nodiscard]] State state() const { return state_; }
    /// The transaction under way, or the last one.
    [[nodiscard]] const Record& record() const { return record_; }

  private:
    using Effects = std::vector<Effect>;

    Effects on(const Requested& event);
    Effects on(const HookFinished& event);
    Effects on(const AlarmArmed& event);
    Effects on(const OutputFlushed& event);
    Effects on(const SleepReturned& event);

    Effects pre_hook_finished(const HookReport& report);
    Effects next_pre_hook();
    Effects arm();
    Effects accept();
    void note_failure(const SleepResult& result);
    Effects give_up(Outcome outcome, const std::string& why);
    Effects next_post_hook();
    void mark(const std::string& phase);

    State state_ = State::Idle;
    Record record_;
    std::vector<std::string> hooks_;
    std::size_t started_ = 0;  ///< hooks whose pre was started and whose post was not
    BootTime now_{};
};

[[nodiscard]] std::string_view name_of(SuspendMachine::State state);

}  // namespace hypnos::agent
