// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a hook is told in its environment. docs/hooks.md has the table.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/core/record.hpp"

namespace hypnos::agent {

/// NAME=value, all of it. `limit` is the time the hook has.
[[nodiscard]] std::vector<std::string> hook_environment(HookPhase phase, const Record& record,
                                                        std::chrono::milliseconds limit);

}  // namespace hypnos::agent
