// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Which swap takes the image: one that is there, or a file to be made. Pure.

#pragma once

#include <optional>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::setup {

struct Target {
    SwapRecord swap;     ///< offset unknown until a file is made
    std::string device;  ///< "254:16"
    bool must_be_made = false;
    bool active = false;
    bool holds_image = false;
    std::string why;
};

struct Choice {
    std::optional<Target> target;
    std::vector<Finding> refusals;  ///< if there is none
};

/// `last`: what was chosen before, which stays as long as it will do.
[[nodiscard]] Choice choose_target(const Options& options, const Facts& facts,
                                   const std::optional<SwapRecord>& last);

[[nodiscard]] Finding refusal_for(std::string code, std::string subject, std::string hint);

}  // namespace hypnos::setup
