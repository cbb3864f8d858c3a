// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A program that a host started, from its start until all its output has come: a thread feeds it and
// reads from it.

#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "agent/core/exec_result.hpp"
#include "agent/system/exec/program.hpp"

namespace hypnos::agent {

class Execution {
  public:
    /// How long the output of what a program leaves behind is waited for.
    static constexpr std::chrono::seconds kLeftBehind{30};

    /// Its thread goes on if nobody else keeps the result.
    [[nodiscard]] static std::shared_ptr<Execution> follow(StartedProgram program,
                                                           std::string input);

    /// Whether the program itself has not ended yet.
    [[nodiscard]] bool running() const { return running_; }

    /// Once it has ended, and nobody has its output open any more, or for too long; null until then.
    /// For any thread.
    [[nodiscard]] std::shared_ptr<const ExecResult> result() const;

  private:
    void run(StartedProgram program, const std::string& input);

    std::atomic<bool> running_ = true;
    mutable std::mutex mutex_;
    std::shared_ptr<const ExecResult> result_;
};

}  // namespace hypnos::agent
