// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/event_log.hpp"

#include <utility>

namespace hypnos::agent {

std::int64_t EventLog::add(Event event) {
    event.data.set("seq", ++last_seq_);
    push(last_seq_, std::move(event));
    return last_seq_;
}

void EventLog::push(std::int64_t seq, Event event) {
    const std::size_t bytes = hypnos::to_json(event).dump().size();
    entries_.push_back({seq, std::move(event), bytes});
    bytes_ += bytes;
    while (entries_.size() > 1 && (entries_.size() > kKept || bytes_ > kKeptBytes)) {
        bytes_ -= entries_.front().bytes;
        entries_.pop_front();
    }
}

const EventLog::Entry* EventLog::after(std::int64_t seq) const {
    for (const Entry& entry : entries_) {
        if (entry.seq > seq) return &entry;
    }
    return nullptr;
}

Json EventLog::to_json() const {
    Json events = Json::array();
    for (const Entry& entry : entries_) events.append(hypnos::to_json(entry.event));
    return Json::object({{"last-seq", last_seq_}, {"events", events}});
}

EventLog EventLog::from_json(const Json& saved) {
    EventLog log;
    for (const Json& element : saved["events"].elements()) {
        std::optional<Event> event = parse_event(element);
        const std::optional<std::int64_t> seq = element["data"]["seq"].integer();
        if (event && seq) log.push(*seq, *std::move(event));
    }
    log.last_seq_ = saved["last-seq"].integer().value_or(0);
    return log;
}

}  // namespace hypnos::agent
