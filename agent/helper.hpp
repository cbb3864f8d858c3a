// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One of the guest's own programs that a command runs, with a time limit: chpasswd, shutdown. One at a
// time; the reply comes when it has ended.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/session.hpp"
#include "agent/system/hooks/child.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

class Helper {
  public:
    using Reply = std::function<void(const Caller& caller, const CommandResult& result)>;

    static constexpr std::chrono::seconds kLimit{30};

    struct Task {
        std::string failure;  ///< how the error begins if it does not end with status 0
        std::vector<std::vector<std::string>> programs;  ///< the first that is there is run
        std::string_view input;                          ///< less than a pipe takes; copied at once
        CommandResult success;
    };

    Helper(const Root& root, Reply reply) : root_(root), reply_(std::move(reply)) {}

    /// Replies later, or at once if nothing can be started.
    void run(const Task& task, const Caller& caller);

  private:
    [[nodiscard]] std::vector<std::string> first_there(const Task& task) const;
    void ended(const std::string& program, const Child::Exit& exit);
    void finish(const CommandResult& result);

    Root root_;
    Reply reply_;
    std::optional<Caller> caller_;
    std::string failure_;
    CommandResult success_;
    Child child_;
};

}  // namespace hypnos::agent
