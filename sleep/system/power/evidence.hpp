// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the kernel counts and says around a sleep, whoever asks it to sleep.

#pragma once

#include <string>

#include "sleep/core/sleep_result.hpp"
#include "sleep/system/power/kernel_log.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// What compare() needs. Waits as read_wakeup_count() does.
[[nodiscard]] Baseline read_baseline(const Root& root);

/// The number that the kernel must still find unchanged when it is asked to sleep. While a wakeup
/// event is being handled there is none: the kernel lets readers wait for its end, whatever their
/// open(2) flags (kernel/power/main.c), which can take for ever. Waits 300 ms at most; then, or
/// without the file, empty.
[[nodiscard]] std::string read_wakeup_count(const Root& root);

/// Made before the sleep, asked after it.
class SleepEvidence {
  public:
    explicit SleepEvidence(const Root& root);

    [[nodiscard]] const Baseline& before() const { return before_; }

    /// Proof of a sleep of that mode, or what kept the kernel from it. `wakeups_end_it`: the kernel had
    /// been told to give up at a wakeup event.
    void add_to(SleepResult& result, SleepMode mode, bool wakeups_end_it);

  private:
    /// What suspend_stats says of the last failure; it may be of an earlier sleep.
    struct LastFailure {
        std::string count, step, device;
        bool operator==(const LastFailure&) const = default;
    };
    [[nodiscard]] static LastFailure last_failure(const Root& root);

    Root root_;
    KernelLog log_;
    LastFailure failure_;
    Baseline before_;
};

}  // namespace hypnos::sleep
