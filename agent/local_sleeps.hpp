// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sleeps that nobody asked this agent for: logind announces its own; any other (rtcwake(8), a write
// to /sys/power/state) is noticed afterwards, by the kernel's log and by the jump of the clock.

#pragma once

#include <functional>

#include "agent/core/suspend_machine.hpp"
#include "sleep/system/power/sleep_log_watch.hpp"
#include "sleep/system/power/wakeup_sources.hpp"
#include "sleep/system/root.hpp"
#include "sleep/system/time/clock_watch.hpp"

namespace hypnos::agent {

using namespace sleep;

class LocalSleeps {
  public:
    struct Deps {
        std::function<void(const SuspendEvent&)> noticed;
        /// Whether the end of a sleep would be heard now; else check() comes again later.
        std::function<bool()> heard;
    };

    LocalSleeps(const Root& root, Deps deps);

    void announced(SleepMode mode);
    void over(bool deep = true);

    /// Tells of a sleep that happened since the last one known.
    void check(bool deep = true);

    /// Whatever has happened until now, or until then, is known.
    void forget();
    void know(const Baseline& baseline) { known_ = baseline; }
    [[nodiscard]] const Baseline& known() const { return known_; }

  private:
    Root root_;
    Baseline known_;
    WakeupCounts wakeups_;
    Deps deps_;
    ClockWatch clock_watch_;
    SleepLogWatch log_watch_;
    glib::Source settled_;
};

}  // namespace hypnos::agent
