// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Questions whether a sleep would work, answered one after the other by a thread that looks.

#pragma once

#include <deque>
#include <functional>

#include "agent/inspection.hpp"
#include "agent/session.hpp"
#include "glib/worker.hpp"

namespace hypnos::agent {

class Preflights {
  public:
    using Reply = std::function<void(const Caller& caller, const CommandResult& result)>;

    /// More at once are refused: each costs the guest some work.
    static constexpr std::size_t kWaitingMax = 16;

    /// A look that takes longer hangs, as on dead storage.
    static constexpr std::chrono::seconds kLimit{10};

    Preflights(const Power& power, Reply reply) : power_(power), reply_(std::move(reply)) {}

    void ask(const PreflightQuestion& question, const Caller& caller);

  private:
    struct Asked {
        PreflightQuestion question;
        Caller caller;
    };

    void start_first();
    void finish_first(const CommandResult& result);

    Power power_;
    Reply reply_;
    std::deque<Asked> asked_;
    glib::Worker<std::vector<Finding>> worker_;
    glib::Source late_;
};

}  // namespace hypnos::agent
