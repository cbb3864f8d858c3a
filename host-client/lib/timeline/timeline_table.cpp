// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <cmath>

#include "timeline/scale.hpp"
#include "timeline/totals.hpp"
#include "timeline/words.hpp"

namespace hypnos {
namespace {

using chart::Micros;

constexpr std::size_t kColumnsLeast = 40, kColumnsMost = 400;
constexpr std::size_t kSide = 7;  // with its gap, as all widths here
constexpr std::size_t kNameLeast = 10, kNameMost = 36;
constexpr std::size_t kBarLeast = 16, kBarMost = 100;
constexpr double kSleepShare = 0.12;

std::string left(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string right(const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string in_ms(Micros time) {
    return chart::decimal(static_cast<double>(time.count()) / 1000, 1);
}

std::string whole_title(const Timeline& timeline) {
    const auto cut = [](const std::string& text) { return chart::plain(text, 60); };
    return cut(timeline.guest) + ": " + cut(timeline.mode) + ", " + cut(timeline.outcome);
}

std::string totals_line(const Timeline& timeline) {
    std::string line;
    for (const chart::Total& total : chart::totals(timeline))
        line += (line.empty() ? "" : ", ") + total.what + " " + total.length;
    return line;
}

class Table {
  public:
    Table(const Timeline& timeline, std::size_t columns, bool utf8)
        : timeline_(timeline),
          columns_(std::clamp(columns, kColumnsLeast, kColumnsMost)),
          start_(number_width(&Span::start, "start ms")),
          length_(number_width(nullptr, "length ms")),
          name_(name_width()),
          bar_(bar_width()),
          scale_(timeline, static_cast<double>(bar_),
                 std::round(kSleepShare * static_cast<double>(bar_))),
          utf8_(utf8) {}

    std::string print() {
        add_wrapped(whole_title(timeline_));
        add_wrapped(totals_line(timeline_));
        if (!timeline_.spans.empty()) add_spans();
        text_ += "\n";
        add_wrapped(chart::error_words(timeline_));
        for (const std::string& note : timeline_.notes)
            add_wrapped("Note: " + chart::plain(note, 300));
        while (text_.ends_with("\n\n")) text_.pop_back();
        return text_;
    }

  private:
    [[nodiscard]] std::size_t number_width(Micros Span::*member, const std::string& heading) const {
        std::size_t width = heading.size();
        for (const Span& span : timeline_.spans)
            width = std::max(width, in_ms(member ? span.*member : span.end - span.start).size());
        return width + 2;
    }

    [[nodiscard]] std::size_t rest(std::size_t used) const {
        return columns_ - std::min(columns_, used);
    }

    [[nodiscard]] std::size_t name_width() const {
        std::size_t width = kNameLeast;
        for (const Span& span : timeline_.spans)
            width = std::max(width, chart::plain(span.label, kNameMost).size());
        return std::clamp(rest(kSide + start_ + length_), kNameLeast, width);
    }

    /// None where there is no room for one.
    [[nodiscard]] std::size_t bar_width() const {
        const std::size_t room = rest(kSide + name_ + start_ + length_ + 2);
        return room < kBarLeast ? 0 : std::min(room, kBarMost);
    }

    void add_wrapped(const std::string& text) {
        for (const std::string& line : chart::wrapped(text, columns_)) text_ += line + "\n";
    }

    void add_spans() {
        text_ += "\n" + left("side", kSide) + left("what", name_) + right("start ms", start_) +
                 right("length ms", length_) + "\n";
        for (const Span& span : timeline_.spans) text_ += line_of(span) + "\n";
    }

    [[nodiscard]] std::string line_of(const Span& span) const {
        return left(span.side == Side::Host ? "host" : "guest", kSide) +
               left(chart::plain(span.label, name_), name_) + right(in_ms(span.start), start_) +
               right(in_ms(span.end - span.start), length_) + bar_of(span);
    }

    [[nodiscard]] std::string bar_of(const Span& span) const {
        if (bar_ == 0) return "";
        const bool asleep = span.name == "asleep";
        const double from = scale_.at(span.start);
        const double to = asleep && scale_.asleep() ? scale_.asleep()->right : scale_.at(span.end);
        const auto first = std::min(static_cast<std::size_t>(from), bar_ - 1);
        const auto cells = static_cast<std::size_t>(std::lround(to - static_cast<double>(first)));
        return "  " + std::string(first, ' ') + ink(asleep, std::min(cells, bar_ - first));
    }

    [[nodiscard]] std::string ink(bool asleep, std::size_t cells) const {
        if (cells == 0) return utf8_ ? "\u258f" : "|";
        const char* cell = asleep ? (utf8_ ? "\u2591" : "~") : (utf8_ ? "\u2588" : "#");
        std::string result;
        for (std::size_t i = 0; i < cells; ++i) result += cell;
        return result;
    }

    const Timeline& timeline_;
    std::size_t columns_, start_, length_, name_, bar_;
    chart::Scale scale_;
    bool utf8_;
    std::string text_;
};

}  // namespace

std::string timeline_table(const Timeline& timeline, std::size_t columns, bool utf8) {
    return Table(timeline, columns, utf8).print();
}

}  // namespace hypnos
