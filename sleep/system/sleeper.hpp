// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Puts the machine to sleep through one backend, once, and brings back the
// evidence.

#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "glib/worker.hpp"
#include "sleep/core/backend.hpp"
#include "sleep/system/bus/logind.hpp"
#include "sleep/system/power/evidence.hpp"
#include "sleep/system/power/power.hpp"
#include "sleep/system/power/wakeup_sources.hpp"

namespace hypnos::sleep {

class Sleeper {
  public:
    using Done = std::function<void(const SleepResult&)>;

    Sleeper(const Power& power, Backend backend, Logind& logind)
        : power_(power), backend_(backend), logind_(logind) {}

    void start(const SleepPlan& plan, Done done);

    /// logind says that a sleep is over. True if it was this one.
    bool over();

    /// Whether logind has been asked and has not said that it is over.
    [[nodiscard]] bool waits_for_logind() const { return asked_logind_; }

  private:
    void ask_logind(const SleepPlan& plan);
    void returned(SleepResult result);

    Power power_;
    Backend backend_;
    Logind& logind_;
    glib::Worker<SleepResult> worker_;
    Done done_;
    WakeupCounts wakeups_;
    bool asked_logind_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    SleepPlan plan_;
    std::optional<SleepEvidence> evidence_;  ///< of what logind does
};

}  // namespace hypnos::sleep
