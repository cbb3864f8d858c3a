// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The command line of hypnos-agent.

#pragma once

#include "agent/agent.hpp"

namespace hypnos::agent {

/// Options, or an error that says what is wrong with them. Prints and ends the process for --help and
/// --version.
[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

}  // namespace hypnos::agent
