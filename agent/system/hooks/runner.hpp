// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Runs hooks, one at a time: HOOK pre|post suspend|hibernate|hybrid-sleep, the call of
// systemd-sleep(8). docs/hooks.md is the author's page.

#pragma once

#include <functional>
#include <string>

#include "agent/core/record.hpp"
#include "agent/system/hooks/child.hpp"
#include "agent/system/hooks/ledger.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

class HookRunner {
  public:
    using Done = std::function<void(const HookReport&)>;

    explicit HookRunner(const Root& root) : ledger_(root) {}

    /// One at a time; `done` is not called from inside. `record` says for which sleep, and in post
    /// how it went. If another agent process began the same call and did not live to see its end,
    /// that call is waited for, or its result taken, rather than made again; its output may be lost.
    /// A pre that still runs is ended before its post begins, in the post's time.
    void run(const Hook& hook, HookPhase phase, std::chrono::milliseconds limit,
             const Record& record, Done done);

    /// Ends the one that runs as if its time were up; `done` is still called.
    void stop();

    /// Whether the pre of a hook was started for a transaction, by whichever agent, in this boot.
    [[nodiscard]] bool was_prepared(const std::string& transaction, const Hook& hook) const {
        return ledger_.was_begun({transaction, hook.name, HookPhase::Pre});
    }

    /// The transaction is over: its notes of finished calls can go.
    void forget(const std::string& transaction) { ledger_.forget(transaction); }

  private:
    void end_pre();
    void proceed();
    void try_again(void (HookRunner::*step)());
    void start();
    void ended(Child::Exit exit);
    void finish(const Child::Exit& exit);
    [[nodiscard]] HookCall call(HookPhase phase) const;
    [[nodiscard]] std::chrono::milliseconds elapsed() const;
    [[nodiscard]] std::chrono::milliseconds left() const;

    HookLedger ledger_;
    Child child_;
    Hook hook_;
    HookPhase phase_ = HookPhase::Pre;
    Record record_;
    std::chrono::milliseconds limit_{};
    std::chrono::nanoseconds began_{};
    bool stopped_ = false;
    Done done_;
    glib::Source step_;
};

}  // namespace hypnos::agent
