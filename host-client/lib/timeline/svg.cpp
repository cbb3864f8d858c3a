// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/svg.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "hypnos/protocol/power.hpp"
#include "timeline/words.hpp"

namespace hypnos::chart {
namespace {

constexpr std::size_t kTextMost = 400;
constexpr double kTooth = 6;  ///< of the zigzag: half a period; it is half as deep

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A vertical zigzag at x from one y to another.
std::string zigzag(double x, double from, double to) {
    std::string path;
    const double step = to > from ? kTooth : -kTooth;
    const int teeth = static_cast<int>((to - from) / step);
    for (int i = 1; i <= teeth; ++i)
        path += " L" + px(x + (i % 2 == 1 ? kTooth / 2 : 0)) + " " + px(from + step * i);
    return path + " L" + px(x) + " " + px(to);
}

}  // namespace

std::string px(double value) {
    std::string text = decimal(value, 1);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text == "-0" ? "0" : text;
}

std::string svg_text(Point at, const std::string& attributes, const std::string& text) {
    return "<text x=\"" + px(at.x) + "\" y=\"" + px(at.y) + "\"" +
           (attributes.empty() ? "" : " " + attributes) + ">" + xml(text, kTextMost) + "</text>\n";
}

std::string svg_box(const Box& box, const std::string& attributes, const std::string& tooltip) {
    const std::string element = "<rect x=\"" + px(box.x) + "\" y=\"" + px(box.y) + "\" width=\"" +
                                px(box.width) + "\" height=\"" + px(box.height) + "\" " +
                                attributes;
    if (tooltip.empty()) return element + "/>\n";
    return element + "><title>" + xml(tooltip, kTextMost) + "</title></rect>\n";
}

std::string svg_line(Point from, Point to, const std::string& css_class) {
    return "<line class=\"" + css_class + "\" x1=\"" + px(from.x) + "\" y1=\"" + px(from.y) +
           "\" x2=\"" + px(to.x) + "\" y2=\"" + px(to.y) + "\"/>\n";
}

std::string svg_band(const Box& box, bool open) {
    const std::string right = px(box.right());
    const std::string edge =
        open ? " L" + right + " " + px(box.y) : zigzag(box.right(), box.bottom(), box.y);
    return "<path class=\"zz\" d=\"M" + px(box.x) + " " + px(box.y) +
           zigzag(box.x, box.y, box.bottom()) + " L" + right + " " + px(box.bottom()) + edge +
           " Z\"/>\n";
}

std::string svg_style() {
    return R"(<style>
  text { fill: #1f2430 } .bg { fill: #ffffff; stroke: #e1e5ec } .lane { fill: #f5f6f9 }
  .dim { fill: #5d6779 } .grid { stroke: #dfe3ea } .zz { fill: #d9dfea }
  .io { fill: #3b6fd4 } .ag { fill: #1f9d6b } .hk { fill: #d98a1f } .kn { fill: #8659cf }
  .good { fill: #17845a } .bad { fill: #c93a3a } .fair { fill: #a8660b }
  .num { font-variant-numeric: tabular-nums }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9f0 } .bg { fill: #10141c; stroke: #2a3140 } .lane { fill: #181e29 }
    .dim { fill: #9aa5b6 } .grid { stroke: #2b3342 } .zz { fill: #303b4f }
    .io { fill: #6d9bf0 } .ag { fill: #43c08d } .hk { fill: #e9a94b } .kn { fill: #b28ef2 }
    .good { fill: #4fce9a } .bad { fill: #f47c7c } .fair { fill: #ecb25a }
  }
</style>
)";
}

std::string class_of(const Span& span) {
    static constexpr std::array<std::string_view, 4> kPort = {"request", "suspending", "answer",
                                                              "event"};
    static constexpr std::array<std::string_view, 3> kAgent = {"preflight", "announce", "refresh"};
    if (span.name.starts_with("hook ")) return span.label == span.name ? "hk" : "bad";
    if (is_among(kPort, span.name)) return "io";
    return is_among(kAgent, span.name) ? "ag" : "kn";
}

std::string class_of_outcome(const std::string& outcome) {
    if (outcome == name_of(Outcome::Slept)) return "good";
    static constexpr std::array<std::string_view, 4> kFair = {"s2idle", "cancelled", "woke-early",
                                                              "refused"};
    return is_among(kFair, outcome) ? "fair" : "bad";
}

}  // namespace hypnos::chart
