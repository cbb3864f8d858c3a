// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Work of commands that may block, each on a thread of its own with a time limit. A thread that the
// kernel does not let go stays behind; with too many of these nothing more is begun.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/session.hpp"
#include "glib/worker.hpp"

namespace hypnos::agent {

class Jobs {
  public:
    /// Owns all that it uses: it may outlive whoever wants its result.
    using Job = std::function<Result<Json>()>;
    using Reply = std::function<void(const Caller& caller, const CommandResult& result)>;

    explicit Jobs(Reply reply) : reply_(std::move(reply)) {}

    /// `what`: for errors, as in "cannot WHAT". Replies later, never from inside.
    void start(const Caller& caller, const std::string& what, std::chrono::milliseconds limit,
               const Job& job);

  private:
    struct Running {
        Caller caller;
        glib::Worker<Result<Json>> worker;
        glib::Source timer;
    };
    using Threads = std::shared_ptr<std::atomic<int>>;

    void finish(std::uint64_t number, const Result<Json>& result);

    Reply reply_;
    Threads threads_ = std::make_shared<std::atomic<int>>(0);
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Running> running_;
};

}  // namespace hypnos::agent
