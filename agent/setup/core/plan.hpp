// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is to be changed, from what is there and what is wanted: nothing, if all is as it should be.
// An apply that was killed needs no memory of how far it came; the record only knows what was there
// before. Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/change.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::setup {

struct Plan {
    std::vector<Finding> refusals;  ///< not empty: nothing may be changed
    std::optional<SwapRecord> swap;
    std::string swap_why;
    Changes changes;  ///< in order
};

/// While a file is still to be made its offset is "?"; plan again once it is there.
[[nodiscard]] Plan make_plan(const Options& options, const Facts& facts,
                             const std::optional<SetupRecord>& record);

/// What takes back what the record says.
[[nodiscard]] Changes make_undo_plan(const SetupRecord& record, const Texts& texts);

/// What is made from this file: "boot", GRUB's menu; "uki", where kernels are unified images; or
/// nothing.
[[nodiscard]] std::string generator_of(const std::string& path);

}  // namespace hypnos::setup
