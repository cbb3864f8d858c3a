// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a machine cannot be set up, and what is wrong with one that was. docs/setup.md has the codes.
// Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "agent/setup/core/target.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::setup {

/// What no change of ours would mend.
[[nodiscard]] std::vector<Finding> refusals(const Facts& facts, const Choice& choice,
                                            const std::optional<SetupRecord>& record);

/// Kernels of this machine that the boot loader's menu starts without the arguments.
[[nodiscard]] std::vector<std::string> kernels_that_will_not_look(const Facts& facts,
                                                                  const std::string& arguments);

/// What `verify` finds. Empty, or warnings alone: the machine can hibernate and resume.
[[nodiscard]] std::vector<Finding> verify(const Facts& facts,
                                          const std::optional<SetupRecord>& record);

}  // namespace hypnos::setup
