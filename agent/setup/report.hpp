// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What hypnos-setup tells, for a person or as JSON (docs/setup.md). Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/change.hpp"
#include "agent/setup/options.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::setup {

struct Report {
    CommandLine::Verb verb = CommandLine::Verb::Plan;
    std::optional<SwapRecord> swap;
    std::string swap_why;
    Changes changes;  ///< to be made, or made
    std::vector<Finding> findings;
    bool at_boot = false;  ///< of an image: the rest is done then
};

[[nodiscard]] std::string to_text(const Report& report);
[[nodiscard]] Json to_json(const Report& report);

}  // namespace hypnos::setup
