// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Round times along a stretch of an axis. Pure.

#pragma once

#include <string>
#include <vector>

#include "timeline/scale.hpp"

namespace hypnos::chart {

struct Tick {
    double at = 0;
    std::string label;  ///< "0", "20 ms", "1.5 s"; empty where there is no room
};

/// Counted from the start of the stretch, at least `spacing` from each other. Labels are as wide
/// and may stand out by `beyond` on the right.
[[nodiscard]] std::vector<Tick> ticks(const Stretch& stretch, double spacing, double beyond);

}  // namespace hypnos::chart
