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
#include "agent/system/root.hpp"

namespace hypnos::agent {

/// All hooks in the order of their names. A name in /etc/hypnos/sleep.d hides the same name in
/// /run/hypnos/sleep.d and /usr/lib/hypnos/sleep.d; an empty file or a link to /dev/null masks.
[[nodiscard]] std::vector<Hook> find_hooks(const Root& root);

class HookRunner {
  public:
    using Done = std::function<void(const HookReport&)>;

    /// One at a time. `record` says for which sleep, and in post how it went.
    void run(const Hook& hook, HookPhase phase, std::chrono::milliseconds limit,
             const Record& record, Done done);

  private:
    Child child_;
};

}  // namespace hypnos::agent
