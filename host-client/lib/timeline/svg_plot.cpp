// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/svg_plot.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "timeline/svg.hpp"
#include "timeline/ticks.hpp"
#include "timeline/words.hpp"

namespace hypnos::chart {
namespace {

constexpr double kCaption = 12, kTickLabel = 30, kHead = 40;  // of the axis, below the top
constexpr double kTickSpacing = 48;                           // room for a label such as "1000 ms"
constexpr double kCaptionLeast = 90;
constexpr double kRow = 23, kBar = 12, kLaneHead = 26, kLaneFoot = 6, kLaneGap = 8;
constexpr double kBarLeast = 2.5;
constexpr double kBandOver = 4;  // the band of the sleep stands out above and below the lanes
constexpr std::size_t kLabelMost = 24;
constexpr const char* kSmall = "class=\"dim\" font-size=\"11\"";

bool is_row(const Span& span, Side side) { return span.side == side && span.name != "asleep"; }

/// The agent tells whole milliseconds of a hook.
std::string length_of(const Span& span) {
    const bool short_hook = span.name.starts_with("hook ") && span.end == span.start;
    return short_hook ? "< 1 ms" : length_words(span.end - span.start);
}

/// A hook's colour says that it is one.
std::string row_label(const Span& span) {
    const std::string prefix = "hook ";
    return span.label.starts_with(prefix) ? span.label.substr(prefix.size()) : span.label;
}

class Plot {
  public:
    Plot(const Timeline& timeline, const Scale& scale, double top)
        : timeline_(timeline), scale_(scale), top_(top), y_(top + kHead) {}

    Drawn draw() {
        for (const Side side : {Side::Host, Side::Guest}) lane(side);
        const double first = top_ + kHead;
        const Box lanes{kMargin, first, kChartWidth - 2 * kMargin, y_ - kLaneGap - first};
        axis(lanes);
        y_ = lanes.bottom() + 26;
        legend();
        return {ground_ + axis_ + front_, y_};
    }

  private:
    static double x(double on_axis) { return kPlotLeft + on_axis; }

    [[nodiscard]] std::vector<Span> rows_of(Side side) const {
        std::vector<Span> rows;
        for (const Span& span : timeline_.spans)
            if (is_row(span, side)) rows.push_back(span);
        return rows;
    }

    void lane(Side side) {
        const std::vector<Span> rows = rows_of(side);
        if (rows.empty()) return;
        const double height = kLaneHead + static_cast<double>(rows.size()) * kRow + kLaneFoot;
        ground_ +=
            svg_box({kMargin, y_, kChartWidth - 2 * kMargin, height}, "class=\"lane\" rx=\"6\"");
        front_ +=
            svg_text({kMargin + kPadding, y_ + 18},
                     "class=\"dim\" font-size=\"10.5\" font-weight=\"600\" letter-spacing=\"1.2\"",
                     side == Side::Host ? "HOST" : "GUEST");
        for (std::size_t i = 0; i < rows.size(); ++i)
            row(rows[i], y_ + kLaneHead + static_cast<double>(i) * kRow, i > 0);
        y_ += height + kLaneGap;
    }

    void row(const Span& span, double top, bool ruled) {
        const double left = kMargin + kPadding, baseline = top + kRow / 2 + 4.5;
        if (ruled) ground_ += svg_line({left, top}, {kPlotRight, top}, "grid");
        front_ += svg_text({left, baseline}, "", plain(row_label(span), kLabelMost));
        front_ += svg_text({kPlotLeft - 14, baseline}, "class=\"dim num\" text-anchor=\"end\"",
                           length_of(span));
        front_ += svg_box(bar(span, top), "class=\"" + class_of(span) + "\" rx=\"2\"",
                          plain(span.label, 120) + ": " + length_of(span) + ", begins " +
                              length_words(span.start) + " after the request");
    }

    [[nodiscard]] Box bar(const Span& span, double top) const {
        const double left = x(scale_.at(span.start)), right = x(scale_.at(span.end));
        const double width = std::max(right - left, kBarLeast);
        return {std::min(left, kPlotRight - width), top + (kRow - kBar) / 2, width, kBar};
    }

    void axis(const Box& lanes) {
        stretch(scale_.before(), "after the request", lanes);
        const char* back = timeline_.mode == "disk" ? "after the start" : "after the wake";
        if (scale_.after()) stretch(*scale_.after(), back, lanes);
        if (scale_.asleep()) sleep(*scale_.asleep(), lanes);
    }

    void stretch(const Stretch& part, const std::string& caption, const Box& lanes) {
        if (part.width() >= kCaptionLeast)
            axis_ += svg_text({x(part.left), top_ + kCaption}, kSmall, caption);
        const bool is_last = x(part.right) >= kPlotRight;
        for (const Tick& tick : ticks(part, kTickSpacing, is_last ? kTickSpacing / 2 : 0)) {
            axis_ += svg_line({x(tick.at), lanes.y}, {x(tick.at), lanes.bottom()}, "grid");
            if (!tick.label.empty()) tick_label(x(tick.at), tick.label);
        }
    }

    void tick_label(double middle, const std::string& text, const std::string& more = "") {
        axis_ += svg_text({middle, top_ + kTickLabel}, kSmall + (" text-anchor=\"middle\"" + more),
                          text);
    }

    void sleep(const Stretch& part, const Box& lanes) {
        const Box band{x(part.left), lanes.y - kBandOver, part.width(),
                       lanes.height + 2 * kBandOver};
        const double middle = band.x + band.width / 2;
        const std::string what = timeline_.mode == "disk" ? "off" : "asleep";
        const bool woken = scale_.after().has_value();
        axis_ += svg_band(band, !woken);
        if (!woken) return tick_label(middle, "still " + what);
        axis_ += svg_text({middle, top_ + kCaption},
                          kSmall + std::string(" text-anchor=\"middle\""), what);
        tick_label(middle, length_words(timeline_.asleep), " font-weight=\"600\"");
    }

    [[nodiscard]] bool is_used(const std::string& css_class) const {
        return std::any_of(timeline_.spans.begin(), timeline_.spans.end(), [&](const Span& span) {
            return is_row(span, span.side) && class_of(span) == css_class;
        });
    }

    void legend() {
        static const std::array<std::pair<std::string, std::string>, 5> kinds{
            {{"io", "host and port"},
             {"ag", "agent"},
             {"hk", "hooks"},
             {"bad", "hooks that failed"},
             {"kn", "kernel and machine"}}};
        double left = kMargin;
        for (const auto& [css_class, what] : kinds) {
            if (!is_used(css_class)) continue;
            front_ += svg_box({left, y_ - 10, 12, 12}, "class=\"" + css_class + "\" rx=\"2\"");
            front_ += svg_text({left + 18, y_}, "class=\"dim\"", what);
            left += 44 + 7 * static_cast<double>(what.size());
        }
    }

    const Timeline& timeline_;
    const Scale& scale_;
    double top_, y_;
    std::string ground_, axis_, front_;
};

}  // namespace

Drawn svg_plot(const Timeline& timeline, const Scale& scale, double top) {
    return Plot(timeline, scale, top).draw();
}

}  // namespace hypnos::chart
