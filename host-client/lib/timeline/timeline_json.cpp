// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/timeline.hpp"

namespace hypnos {
namespace {

Json to_json(const Span& span) {
    return Json::object({{"side", span.side == Side::Host ? "host" : "guest"},
                         {"name", span.name},
                         {"label", span.label},
                         {"start-us", span.start.count()},
                         {"end-us", span.end.count()}});
}

Json spans_json(const Timeline& timeline) {
    Json result = Json::array();
    for (const Span& span : timeline.spans) result.append(to_json(span));
    return result;
}

Json notes_json(const Timeline& timeline) {
    Json result = Json::array();
    for (const std::string& note : timeline.notes) result.append(note);
    return result;
}

}  // namespace

Json timeline_json(const Timeline& timeline) {
    return Json::object({{"guest", timeline.guest},
                         {"verb", "timeline"},
                         {"mode", timeline.mode},
                         {"outcome", timeline.outcome},
                         {"request-to-sleep-us", timeline.request_to_sleep.count()},
                         {"asleep-us", timeline.asleep.count()},
                         {"wake-to-event-us", timeline.wake_to_event.count()},
                         {"error-us", timeline.error.count()},
                         {"spans", spans_json(timeline)},
                         {"notes", notes_json(timeline)}});
}

}  // namespace hypnos
