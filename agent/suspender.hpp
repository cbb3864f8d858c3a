// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Carries out what the suspend machine decides: hooks, alarm, the sleep itself, replies and events.
//
// Each effect is logged, before and after, at debug level: "effect NAME", "effect NAME done".

#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "agent/core/suspend_machine.hpp"
#include "agent/inspection.hpp"
#include "agent/session.hpp"
#include "agent/swap_for_sleep.hpp"
#include "agent/system/hooks/runner.hpp"
#include "agent/system/power/snapshot.hpp"
#include "agent/system/refresh/refresh.hpp"
#include "agent/system/transaction_store.hpp"
#include "glib/boot_timer.hpp"
#include "sleep/system/sleeper.hpp"
#include "sleep/system/time/rtc_alarm.hpp"

namespace hypnos::agent {

using namespace sleep;

class Suspender {
  public:
    struct Deps {
        const Power& power;
        const Config& config;
        const std::string& boot_id;
        Logind& logind;
        std::function<void(const char* event, const Json& data)> emit;
        std::function<void(const Caller& caller, const CommandResult& result)> reply;
        std::function<void(const Caller& caller)> expect_silence;
        /// Calls back once all that was said has left, or after a short while.
        std::function<void(glib::Callback)> flush;
        /// Whatever has slept until now is a transaction's own, and no news.
        std::function<void()> slept;
        /// The machine may have slept: connections must be looked at again.
        std::function<void()> woke;
        /// No transaction is under way any more.
        std::function<void()> ended;
    };

    /// Whether success is answered: hypnos-suspend is, guest-suspend-* are not, by QEMU's schema.
    enum class OnAccept { Reply, SayNothing };

    explicit Suspender(Deps deps);

    void request(const SuspendRequest& request, const Caller& caller, OnAccept on_accept);
    /// For the agent itself: always ends with an event, and with `ended`.
    struct Ending {
        Outcome outcome = Outcome::Failed;
        std::string error;    ///< for a person
        std::string finding;  ///< preflight's code, if that refused
    };
    using Ended = std::function<void(const Ending& ending)>;
    void request(const SuspendRequest& request, Ended ended);
    void rehearse(const Caller& caller);

    /// Ends the transaction under way, or says why it cannot be ended. Empty: whichever it is.
    [[nodiscard]] Result<void> cancel(const std::string& transaction);

    /// Finishes what another process left, if anything: then returns true. `reported`: its last event
    /// has gone out already.
    bool recover(const std::function<bool(const Record& record)>& reported);

    /// Whether what is under way was asked for by a host or its cloud.
    [[nodiscard]] bool works_for_host() const;

    /// Of somebody else's sleep.
    void notice(const SuspendEvent& event) { handle(event); }

    /// logind announces a sleep: is it the one we asked for? And: it is over.
    [[nodiscard]] bool sleeps_through_logind() const { return sleeper_.waits_for_logind(); }
    [[nodiscard]] bool over() { return sleeper_.over(); }

    /// Calls back when no transaction is under way: at once, or when this one has ended.
    void when_idle(glib::Callback done);

    [[nodiscard]] const SuspendMachine& machine() const { return machine_; }

  private:
    struct Waiting {
        Caller caller;
        OnAccept on_accept = OnAccept::Reply;
        bool answered = false;
        SuspendRequest request = {};
        Ended ended = {};  ///< the agent itself asks; `caller` is nobody
        std::optional<Error> refusal = {};
    };

    [[nodiscard]] std::string reason_not_to_cancel(const std::string& transaction) const;
    void later(glib::Callback step);
    void ask(const SuspendEvent& event, const Waiting& asker);
    void handle(const SuspendEvent& event);
    void step(const SuspendEvent& event);
    void settle();

    void apply(const Inspect& effect);
    void apply(const RunHook& effect);
    void apply(const ChooseAlarm& effect);
    void apply(const ArmAlarm& effect);
    void apply(const FlushOutput& effect);
    void apply(const EnterSleep& effect);
    void apply(const Refresh& effect);
    void apply(const Rehearse& effect);
    void apply(const StopHook& effect);
    void apply(const Persist& effect);
    void apply(const Forget& effect);
    void apply(const PutBack& effect);
    void apply(const DisarmAlarm& effect);
    void apply(const Accept& effect);
    void apply(const Refuse& effect);
    void apply(const Announce& effect);
    void apply(const LetLocalSleep& effect);
    void apply(const Report& effect);
    void enter(const EnterSleep& effect);
    void rehearsed(Serial serial, const Rehearsal& rehearsal);
    void answer(const CommandResult& result);
    [[nodiscard]] bool ended_unreported() const;
    void report_refusal();
    void forget(const std::string& transaction);
    void forget_unbegun(Marker& marker) const;

    Deps deps_;
    SuspendMachine machine_;
    glib::BootTimer deadline_;
    std::deque<glib::Callback> steps_;
    bool stepping_ = false;
    glib::Callback when_idle_;
    std::optional<Waiting>
        waiting_;  ///< who asked for what is under way; nobody asks for local sleeps
    TransactionStore store_;
    HookRunner hooks_;
    RtcAlarm alarm_;
    SwapForSleep swap_;
    Sleeper sleeper_;
    BeforeSleep before_;
    glib::Worker<Inspection> inspecting_;
    glib::Worker<RefreshReport> refreshing_;
    glib::Worker<Rehearsal> rehearsing_;
};

}  // namespace hypnos::agent
