// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Elements of SVG as text, and the look of the chart. Pure.
//
// Classes stand for who spends the time: io the host and the port, ag the agent, hk hooks, bad
// hooks that failed, kn the kernel and the machine, zz the sleep.

#pragma once

#include <string>

#include "hypnos/timeline.hpp"

namespace hypnos::chart {

struct Point {
    double x = 0, y = 0;
};

struct Box {
    double x = 0, y = 0, width = 0, height = 0;
    [[nodiscard]] double right() const { return x + width; }
    [[nodiscard]] double bottom() const { return y + height; }
};

/// "12" or "12.3"
[[nodiscard]] std::string px(double value);

/// `attributes` as in XML, `text` without its entities.
[[nodiscard]] std::string svg_text(Point at, const std::string& attributes,
                                   const std::string& text);
/// With a tooltip unless it is empty.
[[nodiscard]] std::string svg_box(const Box& box, const std::string& attributes,
                                  const std::string& tooltip = "");
[[nodiscard]] std::string svg_line(Point from, Point to, const std::string& css_class);

/// The band of the sleep: zigzag where the axis is broken, straight on the right if it does not go
/// on there.
[[nodiscard]] std::string svg_band(const Box& box, bool open);

/// The <style> for light and dark ground.
[[nodiscard]] std::string svg_style();

/// The class of a span's bar, and of an outcome.
[[nodiscard]] std::string class_of(const Span& span);
[[nodiscard]] std::string class_of_outcome(const std::string& outcome);

}  // namespace hypnos::chart
