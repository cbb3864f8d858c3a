// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Starts a program that a host names. May block (its file may lie on storage that hangs): for a job's
// thread.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/exec_result.hpp"
#include "glib/unique_fd.hpp"

namespace hypnos::agent {

struct Program {
    std::vector<std::string> arguments;  ///< the first is a path, or a name to be found in PATH
    std::optional<std::vector<std::string>> environment;  ///< NAME=value, all of it; nothing: ours
    Capture capture = Capture::None;
    bool has_input = false;  ///< else its standard input is /dev/null
};

struct StartedProgram {
    int pid = 0;
    UniqueFd pidfd;
    UniqueFd input, output, errors;  ///< our ends, non-blocking; only those that there are
};

/// In a session of its own, with no signal blocked and SIGPIPE as usual, and without the agent's
/// descriptors.
[[nodiscard]] Result<StartedProgram> start_program(const Program& program);

/// Our environment without what the service manager gave to us alone.
[[nodiscard]] std::vector<std::string> inherited_environment();

}  // namespace hypnos::agent
