// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Carries out what the suspend machine decides: hooks, alarm, the sleep itself, replies and events.

#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "agent/core/suspend_machine.hpp"
#include "agent/session.hpp"
#include "agent/system/hooks.hpp"
#include "agent/system/power.hpp"
#include "agent/system/refresh.hpp"
#include "agent/system/rtc_alarm.hpp"
#include "agent/system/wakeup_sources.hpp"

namespace hypnos::agent {

class Suspender {
  public:
    struct Deps {
        const Root& root;
        const Power& power;
        std::function<void(const char* event, const Json& data)> emit;
        std::function<void(const Caller& caller, const CommandResult& result)> reply;
        std::function<void(const Caller& caller)> expect_silence;
        /// Calls back once all that was said has left, or after a short while.
        std::function<void(glib::Callback)> flush;
        /// The machine may have slept: connections must be looked at again.
        std::function<void()> woke;
    };

    /// Whether success is answered: hypnos-suspend is, guest-suspend-* are not, by QEMU's schema.
    enum class OnAccept { Reply, SayNothing };

    explicit Suspender(Deps deps);

    void request(const SuspendRequest& request, const Caller& caller, OnAccept on_accept);

    /// Calls back when no transaction is under way: at once, or when this one has ended.
    void when_idle(glib::Callback done);

    [[nodiscard]] const SuspendMachine& machine() const { return machine_; }

  private:
    struct Waiting {
        Caller caller;
        OnAccept on_accept = OnAccept::Reply;
        bool answered = false;
    };

    void later(glib::Callback step);
    void begin(const SuspendRequest& request, const Waiting& asker);
    void handle(const SuspendEvent& event);
    void step(const SuspendEvent& event);
    void apply(const RunHook& effect);
    void apply(const ArmAlarm& effect);
    void apply(const DisarmAlarm& effect);
    void apply(const Accept& effect);
    void apply(const Refuse& effect);
    void apply(const Announce& effect);
    void apply(const FlushOutput& effect);
    void apply(const EnterSleep& effect);
    void apply(const Report& effect);
    void answer(const CommandResult& result);

    Deps deps_;
    SuspendMachine machine_;
    std::deque<glib::Callback> steps_;
    bool stepping_ = false;
    glib::Callback when_idle_;
    Waiting waiting_;
    std::vector<Hook> hooks_;
    HookRunner hook_runner_;
    RtcAlarm alarm_;
    SleepThread sleep_;
    BeforeSleep before_;
    WakeupCounts wakeups_;
    RefreshReport refresh_;
    std::string wake_reason_;
};

}  // namespace hypnos::agent
