// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// For commands whose work may block.

#pragma once

#include <chrono>
#include <string>

#include "agent/commands/table.hpp"
#include "agent/jobs.hpp"

namespace hypnos::agent::commands {

inline constexpr std::chrono::seconds kJobLimit{30};

/// Runs `job` on a thread of its own; its result is the reply, in turn: later requests of this
/// connection wait for it, others do not. `what`: for errors, as in "cannot WHAT".
[[nodiscard]] CommandResult run_job(const Context& context, const std::string& what,
                                    const Jobs::Job& job,
                                    std::chrono::milliseconds limit = kJobLimit);

}  // namespace hypnos::agent::commands
