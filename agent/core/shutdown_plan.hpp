// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What ends the guest, in order of preference.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

enum class ShutdownMode { Powerdown, Halt, Reboot };

/// guest-shutdown's mode; powerdown if there is none.
[[nodiscard]] Result<ShutdownMode> shutdown_mode(const std::optional<std::string>& name);

/// Programs with their arguments, the best one first; the first that the guest has is the one to run.
[[nodiscard]] std::vector<std::vector<std::string>> shutdown_programs(ShutdownMode mode,
                                                                      bool systemd_runs);

}  // namespace hypnos::agent
