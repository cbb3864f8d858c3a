// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// CLOCK_REALTIME, or what a test has in its place.

#pragma once

#include <chrono>
#include <functional>

#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

struct SystemClock {
    std::function<std::chrono::nanoseconds()> now;
    std::function<bool()> synchronised;                     ///< by NTP
    std::function<int(std::chrono::nanoseconds step)> add;  ///< errno, 0 on success
};

/// With a root other than "/" it can be read only.
[[nodiscard]] SystemClock system_clock(const Root& root);

}  // namespace hypnos::agent
