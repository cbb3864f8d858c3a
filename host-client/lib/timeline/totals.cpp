// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/totals.hpp"

#include <algorithm>

#include "timeline/words.hpp"

namespace hypnos::chart {
namespace {

Micros last_end(const Timeline& timeline) {
    Micros end{};
    for (const Span& span : timeline.spans) end = std::max(end, span.end);
    return end;
}

bool has_guest(const Timeline& timeline) {
    return std::any_of(timeline.spans.begin(), timeline.spans.end(), [](const Span& span) {
        return span.side == Side::Guest && span.name != "asleep";
    });
}

}  // namespace

std::vector<Total> totals(const Timeline& timeline) {
    const bool slept = std::any_of(timeline.spans.begin(), timeline.spans.end(),
                                   [](const Span& span) { return span.name == "asleep"; });
    if (timeline.spans.empty()) return {};
    if (!slept) return {{"request to the end", length_words(last_end(timeline))}};
    std::vector<Total> result = {{"request to sleep", length_words(timeline.request_to_sleep)}};
    const char* rest = timeline.mode == "disk" ? "off" : "asleep";
    if (timeline.asleep > Micros(0)) result.push_back({rest, length_words(timeline.asleep)});
    if (timeline.wake_to_event > Micros(0))
        result.push_back({timeline.mode == "disk" ? "start to event" : "wake to event",
                          length_words(timeline.wake_to_event)});
    return result;
}

std::string error_words(const Timeline& timeline) {
    if (!has_guest(timeline)) return "";
    return "The guest's times are right to " + length_words(timeline.error) +
           " on the host's clock.";
}

}  // namespace hypnos::chart
