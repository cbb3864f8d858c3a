// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a sleep leaves stale, put right: the clock, the random number generator, the network.

#pragma once

#include "agent/core/record.hpp"
#include "agent/system/config.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

/// Blocks, for a few milliseconds as a rule; made to run on a thread of its own.
[[nodiscard]] RefreshReport refresh(const Root& root, const Config& config, SleepMode mode);

}  // namespace hypnos::agent
