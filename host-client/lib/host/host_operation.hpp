// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One sleep of the host, from the lock to the record. docs/host-sleep.md, "One sleep".
//
//   Waiting -> Preparing -> Entering -> Restoring -> Ended
//      \___________\___________\___________^      called off, refused, failed
//
// Main context only.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "glib/source.hpp"
#include "host/alarm_plan.hpp"
#include "host/sleep_lock.hpp"
#include "host/sleep_store.hpp"
#include "host/wake_alarm.hpp"
#include "hypnos/host_power.hpp"
#include "sleep/system/bus/logind.hpp"
#include "sleep/system/power/evidence.hpp"
#include "sleep/system/power/power.hpp"
#include "sleep/system/power/wakeup_sources.hpp"
#include "sleep/system/sleeper.hpp"

namespace hypnos {

/// What an operation works with; outlives it.
struct HostWorld {
    sleep::Power power;
    sleep::Logind& logind;
    const HostPower::Handlers& handlers;
    std::string boot_id;
};

class HostOperation {
  public:
    /// Without a lock nothing is written: another process keeps the record of this sleep.
    HostOperation(const HostWorld& world, const HostSleep& sleep, std::optional<SleepLock> lock,
                  glib::Callback ended);

    /// Writes it down; nothing more happens if that fails.
    [[nodiscard]] Result<void> accept(const sleep::SleepPlan& plan,
                                      std::optional<std::chrono::seconds> wake_after);
    void begin(std::chrono::milliseconds delay);

    /// logind is about to sleep: because we have asked it, or because somebody else has.
    void announced();
    /// logind is done with it.
    void over();
    /// logind does not prepare for a sleep: the end of the one that was taken over has been missed.
    void missed_the_end();

    /// Finishes what a process that is no more has begun.
    void take_over(const Unfinished& unfinished);

    [[nodiscard]] Result<void> cancel();

    /// Does not wait for guests that still wake: the next sleep is there.
    void end();

    [[nodiscard]] const HostSleep& sleep() const { return sleep_; }

  private:
    using State = HostSleep::State;

    void enter_state(State state);
    void save() const;
    void prepare();
    void go(const Result<void>& prepared);
    [[nodiscard]] std::optional<std::chrono::milliseconds> until_alarm() const;
    [[nodiscard]] Result<void> set_alarm();
    void enter();
    void ask();
    void let_go();
    void keep_alarm_ahead();
    void settle(const Unfinished& unfinished);
    [[nodiscard]] sleep::SleepResult proof();
    void returned(const sleep::SleepResult& result);
    void give_up(Outcome outcome, const std::string& text);
    void put_back();
    void restore();
    /// `call`, unless this has been destroyed by then.
    template <typename... Arguments>
    auto while_alive(void (HostOperation::*call)(Arguments...));

    HostWorld world_;
    HostSleep sleep_;
    std::optional<SleepLock> lock_;
    glib::Callback ended_;
    SleepStore store_;
    WakeAlarm alarm_;
    sleep::Sleeper sleeper_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

    sleep::SleepPlan plan_;
    std::optional<std::chrono::microseconds> wake_at_;  ///< CLOCK_BOOTTIME
    AlarmPlan alarm_plan_;
    sleep::Baseline before_;
    std::optional<sleep::SleepEvidence> evidence_;  ///< of a sleep that logind announced
    sleep::WakeupCounts wakeups_;
    std::string mem_sleep_;   ///< to be put back
    bool prepared_ = false;   ///< handlers.prepare has been called, so restore is due
    bool asked_ = false;      ///< the sleep that comes is the one that we asked for
    bool announced_ = false;  ///< and one is about to begin, whoever asked
    bool taken_over_ = false;
    bool cancelled_ = false;
    std::optional<sleep::SleepResult> early_;  ///< over before we were prepared
    glib::Source timer_;
};

}  // namespace hypnos
