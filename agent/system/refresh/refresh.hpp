// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a sleep leaves stale, put right: the clock, the random number generator, the network; and
// what it took from the balloon, told.

#pragma once

#include <cstdint>
#include <optional>

#include "agent/core/record.hpp"
#include "agent/system/config.hpp"
#include "agent/system/refresh/clock.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// What can be compared after a sleep. Nothing is known of a sleep that came unannounced.
struct BeforeSleep {
    std::optional<ClockBefore> clock;
    std::optional<std::int64_t> balloon_pages;
};

/// Reads a few files; for the moment before the sleep.
[[nodiscard]] BeforeSleep read_before_sleep(const Root& root);

/// Blocks, for a few milliseconds as a rule; made to run on a thread of its own.
[[nodiscard]] RefreshReport refresh(const Root& root, const Config& config, SleepMode mode,
                                    const BeforeSleep& before);

}  // namespace hypnos::agent
