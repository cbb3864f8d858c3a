// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <cmath>

#include "timeline/svg.hpp"
#include "timeline/svg_plot.hpp"
#include "timeline/totals.hpp"
#include "timeline/words.hpp"

namespace hypnos {
namespace {

using chart::kChartWidth;
using chart::kMargin;

constexpr double kTotalsY = 78, kPlotY = 132, kTotalWidth = 200;
constexpr std::size_t kGuestMost = 36, kWordMost = 24, kNoteMost = 300, kNoteColumns = 114;

std::string mode_words(const std::string& mode) {
    if (mode == "ram") return "sleep in RAM";
    if (mode == "disk") return "sleep on disk";
    return mode + " sleep";
}

std::string head(const Timeline& timeline, double height) {
    const std::string what =
        timeline.guest + ": " + mode_words(timeline.mode) + ", " + timeline.outcome;
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + chart::px(kChartWidth) +
           " " + chart::px(height) + "\" width=\"" + chart::px(kChartWidth) +
           "\" font-family=\"system-ui, sans-serif\" font-size=\"12.5\" role=\"img\" "
           "aria-label=\"" +
           chart::xml(what, 200) + "\">\n" + chart::svg_style() +
           chart::svg_box({0.5, 0.5, kChartWidth - 1, height - 1}, "class=\"bg\" rx=\"10\"");
}

std::string title(const Timeline& timeline) {
    return "<text x=\"" + chart::px(kMargin) + "\" y=\"42\" font-size=\"19\" font-weight=\"600\">" +
           chart::xml(timeline.guest, kGuestMost) +
           "<tspan class=\"dim\" dx=\"12\" font-size=\"15\" font-weight=\"400\">" +
           chart::xml(mode_words(timeline.mode), kWordMost) + "</tspan></text>\n";
}

/// The outcome, on the right.
std::string pill(const Timeline& timeline) {
    const std::string outcome = chart::plain(timeline.outcome, kWordMost);
    const std::string css = "class=\"" + chart::class_of_outcome(outcome) + "\"";
    const double width = 8 * static_cast<double>(outcome.size()) + 24;
    const double left = kChartWidth - kMargin - width;
    return chart::svg_box({left, 22, width, 26}, css + " fill-opacity=\"0.14\" rx=\"13\"") +
           chart::svg_text({left + width / 2, 39.5},
                           css + " text-anchor=\"middle\" font-weight=\"600\"", outcome);
}

std::string totals_row(const Timeline& timeline) {
    std::string result;
    double left = kMargin;
    for (const chart::Total& total : chart::totals(timeline)) {
        result += chart::svg_text({left, kTotalsY}, "class=\"dim\"", total.what);
        result += chart::svg_text({left, kTotalsY + 27}, "font-size=\"24\" font-weight=\"600\"",
                                  total.length);
        left += kTotalWidth;
    }
    return result;
}

/// Empty if both sides of the sleep are to the same scale.
std::string scale_words(const chart::Scale& scale) {
    const bool after = scale.magnified() > 1;
    const double times = after ? scale.magnified() : 1 / scale.magnified();
    if (times < 1.05) return "";
    return std::string(after ? "After" : "Before") + " the sleep a millisecond is drawn " +
           chart::decimal(times, times < 10 ? 1 : 0) + " times as wide as " +
           (after ? "before it." : "after it.");
}

chart::Drawn footer(const std::vector<std::string>& sentences, double top) {
    chart::Drawn result{"", top};
    for (const std::string& sentence : sentences) {
        for (const std::string& line : chart::wrapped(sentence, kNoteColumns)) {
            result.bottom += 17;
            result.text +=
                chart::svg_text({kMargin, result.bottom}, "class=\"dim\" font-size=\"11\"", line);
        }
    }
    return result;
}

}  // namespace

std::string timeline_svg(const Timeline& timeline) {
    const chart::Scale scale(timeline, chart::kPlotRight - chart::kPlotLeft, chart::kSleepGap);
    chart::Drawn plot{"", kTotalsY};
    if (!timeline.spans.empty()) plot = chart::svg_plot(timeline, scale, kPlotY);
    std::vector<std::string> sentences = {scale_words(scale), chart::error_words(timeline)};
    for (const std::string& note : timeline.notes)
        sentences.push_back("Note: " + chart::plain(note, kNoteMost));
    const chart::Drawn foot = footer(sentences, plot.bottom + 6);
    return head(timeline, foot.bottom + kMargin) + title(timeline) + pill(timeline) +
           totals_row(timeline) + plot.text + foot.text + "</svg>\n";
}

}  // namespace hypnos
