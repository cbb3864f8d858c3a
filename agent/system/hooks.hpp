// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Hooks: executables that prepare for sleep and undo it. HOOK pre|post
// suspend|hibernate|hybrid-sleep, the call of systemd-sleep(8). docs/hooks.md is the author's page.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/core/record.hpp"
#include "agent/system/child.hpp"
#include "agent/system/config.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

/// Which hooks there are, in the order of their names: our own, and those of the adapters that the
/// configuration turns on. A name in /etc/hypnos/sleep.d hides the same name in /run/hypnos/sleep.d
/// and /usr/lib/hypnos/sleep.d; an empty file or a link to /dev/null masks. NAME.conf beside a hook
/// is its side file.
[[nodiscard]] std::vector<Hook> find_hooks(const Root& root, const Config& config, SleepMode mode);

class HookRunner {
  public:
    using Done = std::function<void(const HookReport&)>;

    explicit HookRunner(const Root& root);

    /// One at a time. `record` says for which sleep, and in post how it went. If another agent
    /// process began the same call and did not live to see its end, that call is waited for, or its
    /// result taken, rather than made again.
    void run(const Hook& hook, HookPhase phase, std::chrono::milliseconds limit,
             const Record& record, Done done);

    /// Ends the one that runs as if its time were up; `done` is still called.
    void stop();

    /// The transaction is over: its notes of finished calls can go.
    void forget(const std::string& transaction);

  private:
    Child child_;
};

}  // namespace hypnos::agent
