// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Freezes file systems for a host that wants to copy their disks, and sees to it that they are thawed:
// when the host says so, when it has not been heard of for too long, or when the agent ends.
//
// The way there and back: the hook with "freeze", FIFREEZE, frozen, FITHAW, the hook with "thaw". The
// second half follows whatever went wrong in the first, except that a hook which itself refused to
// freeze is not called again.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/session.hpp"
#include "agent/system/freeze/freeze_run.hpp"
#include "agent/system/hooks/child.hpp"
#include "glib/worker.hpp"

namespace hypnos::agent {

class Freezer {
  public:
    struct Settings {
        std::optional<std::string> hook;  ///< a program's path
        std::string state_directory = "/run";
        /// Without a sign of the host for so long, the file systems are thawed.
        std::chrono::milliseconds thaw_after = std::chrono::minutes(10);
        std::chrono::milliseconds hook_limit = std::chrono::minutes(1);
    };

    struct Deps {
        std::function<void(const Caller& caller, const CommandResult& result)> reply;
        /// Whether the machine is being put to sleep.
        std::function<bool()> suspending;
        /// Before the first file system is frozen, and after the last one is thawed: nothing may write
        /// to a log in between, for it may lie on one of them.
        std::function<void(bool frozen)> on_changed;
    };

    Freezer(const Root& root, Settings settings, std::shared_ptr<const MountOpener> opener,
            Deps deps);

    /// Frozen from the start if another agent has left it so.
    void start();

    /// Whether file systems may be frozen: only the six commands that do not write are answered.
    [[nodiscard]] bool frozen() const { return frozen_; }

    /// Nothing is frozen, or about to be, or has just been thawed.
    [[nodiscard]] bool idle() const { return state_ == State::Thawed; }

    /// The host has sent something.
    void heard();

    /// Both are answered by the reply: the number of file systems.
    void freeze(const FreezeSelection& selection, const Caller& caller);
    void thaw(const Caller& caller);

    /// Calls back when nothing is frozen or about to be, perhaps at once.
    void when_thawed(glib::Callback done);

    /// At the end of the agent: thaws if need be; the same.
    void thaw_now(glib::Callback done);

  private:
    enum class State { Thawed, BeforeHook, Freezing, Frozen, Thawing, AfterHook };

    [[nodiscard]] Result<void> refusal() const;
    void hook_has_frozen(const Child::Exit& exit);
    [[nodiscard]] Result<void> reason_to_turn_back() const;
    void begin_freezing();
    void end_freezing(const Result<Frozen>& result);
    void stop();
    void begin_thawing();
    void end_thawing(const Thawed& result);
    void thaw_unasked();
    void after_silence();
    void set_frozen(bool frozen);
    void run_hook(const char* word, const Child::Done& done);
    void call_thaw_hook();
    void finish(const Result<void>& hook);
    [[nodiscard]] CommandResult freeze_result(const Result<void>& hook) const;
    [[nodiscard]] CommandResult answer_to_thaw(const Result<void>& hook);
    [[nodiscard]] CommandResult thaw_result(const Result<void>& hook) const;
    void call_back();

    Root root_;
    Settings settings_;
    std::shared_ptr<const MountOpener> opener_;
    BootMarker marker_;
    BootMarker broken_promise_;  ///< on disk while no host has been told of it
    Deps deps_;
    State state_ = State::Thawed;
    bool frozen_ = false;
    bool promise_broken_ = false;  ///< the thaw under way was not asked for
    bool stopped_ = false;         ///< a thaw is wanted before all is frozen
    bool ending_ = false;          ///< thaw_now() was called: nothing is frozen any more
    bool inherited_ = false;       ///< another agent has frozen
    FreezeSelection selection_;
    std::optional<Caller> freeze_caller_;
    std::vector<Caller> thaw_callers_;
    std::vector<glib::Callback> when_thawed_;
    Result<Frozen> frozen_result_;
    Thawed thawed_result_;
    std::shared_ptr<FreezeRun> run_;
    Child hook_;
    glib::Worker<Result<Frozen>> freezing_;
    glib::Worker<Thawed> thawing_;
    glib::Source limit_;
};

}  // namespace hypnos::agent
