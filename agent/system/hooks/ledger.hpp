// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Calls of hooks that outlive the agent. A call is one run of one hook for one transaction, in one
// phase. It runs under a supervisor, a shell that notes how it ended; whoever comes later (an agent
// that was started because the one before it was killed) finds the call in the ledger:
//
//   /run/hypnos/hooks/TRANSACTION/HOOK/pre       exit status, in decimal; not empty: it has ended
//   /run/hypnos/hooks/TRANSACTION/HOOK/pre.pid   of the supervisor, which leads the call's group
//   /run/hypnos/hooks/TRANSACTION/HOOK/pre.out   FIFO: what the hook prints
//
// The supervisor's standard input is the FIFO, under flock(2). The lock is taken before it is
// started and goes with its end, so a locked FIFO means: it runs, and its pid is still its own. And
// as the supervisor holds the FIFO open for reading, a hook that prints does not die of SIGPIPE when
// the agent does.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/hook.hpp"
#include "agent/system/hooks/child.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

struct HookCall {
    std::string transaction, hook;
    HookPhase phase = HookPhase::Pre;
};

class HookLedger {
  public:
    explicit HookLedger(const Root& root) : root_(root) {}

    /// What is known of a call. If it `is_running`, `process` is missing only in the instants in
    /// which its supervisor begins and ends. Neither running nor with a status: it was never made,
    /// or was killed together with its supervisor.
    struct State {
        bool is_running = false;
        std::optional<Child::Process> process;
        std::optional<int> status;  ///< of one that has ended
    };
    [[nodiscard]] State look_up(const HookCall& call) const;

    /// Whether a call was ever started in this boot, however it went.
    [[nodiscard]] bool was_begun(const HookCall& call) const;

    /// What to start for a call that is new.
    struct Entry {
        std::vector<std::string> arguments;  ///< of the supervisor
        UniqueFd input;                      ///< its standard input
        UniqueFd output;                     ///< where to read what the hook prints
    };
    [[nodiscard]] Result<Entry> open(const HookCall& call,
                                     const std::vector<std::string>& arguments) const;

    /// Notes the end of a call whose supervisor could not.
    void close(const HookCall& call, int status) const;

    /// Drops all calls of a transaction.
    void forget(const std::string& transaction) const;

  private:
    Root root_;
};

}  // namespace hypnos::agent
