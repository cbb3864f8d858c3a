// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/local_sleeps.hpp"

#include <utility>

#include "sleep/system/power/evidence.hpp"
#include "sleep/system/power/power.hpp"
#include "sleep/system/uuid.hpp"

namespace hypnos::agent {
namespace {

/// Of logind's delay; systemd-units/logind-hypnos.conf makes that 30 s.
constexpr std::chrono::seconds kHooksBudget{25};

/// The clock jumps before the kernel has counted the sleep, which it does at the end of all.
constexpr std::chrono::milliseconds kSettling{500};

SuspendRequest request_of(SleepMode mode) {
    SuspendRequest request;
    request.mode = mode;
    request.require = Require::Any;
    request.initiator = Initiator::Local;
    request.transaction = new_uuid();
    request.hooks_budget = kHooksBudget;
    return request;
}

}  // namespace

LocalSleeps::LocalSleeps(const Root& root, Deps deps)
    : root_(root),
      known_(read_baseline(root)),
      wakeups_(read_wakeup_counts(root)),
      deps_(std::move(deps)),
      clock_watch_([this] { settled_ = glib::after(nullptr, kSettling, [this] { check(); }); }),
      log_watch_(root, [this](bool deep) { check(deep); }) {}

void LocalSleeps::forget() {
    known_ = read_baseline(root_);
    wakeups_ = read_wakeup_counts(root_);
}

void LocalSleeps::announced(SleepMode mode) {
    forget();
    deps_.noticed(LocalSleepBegins{request_of(mode)});
}

void LocalSleeps::over(bool deep) {
    if (!deps_.heard()) return;
    const Baseline before = known_;
    const WakeupCounts wakeups = wakeups_;
    forget();
    const SleepMode mode = guess_mode(before, known_);
    SleepResult result = compare(mode, before, known_);
    result.deep = deep;
    result.wake_reason = wake_reason(root_, wakeups, wakeups_);
    deps_.noticed(LocalSleepEnded{request_of(mode), result});
}

void LocalSleeps::check(bool deep) {
    settled_.reset();
    if (has_slept(known_, read_baseline(root_))) over(deep);
}

}  // namespace hypnos::agent
