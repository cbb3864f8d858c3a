// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The middle of the chart: an axis, a lane for the host and one for the guest with a row for each
// span, and the meaning of the colours. Pure.

#pragma once

#include <string>

#include "hypnos/timeline.hpp"
#include "timeline/scale.hpp"

namespace hypnos::chart {

/// Pixels.
inline constexpr double kChartWidth = 860, kMargin = 20, kPadding = 12;
inline constexpr double kPlotLeft = 280, kPlotRight = kChartWidth - kMargin - kPadding;
inline constexpr double kSleepGap = 96;

struct Drawn {
    std::string text;
    double bottom = 0;
};

/// `scale` is that of the pixels from kPlotLeft to kPlotRight.
[[nodiscard]] Drawn svg_plot(const Timeline& timeline, const Scale& scale, double top);

}  // namespace hypnos::chart
