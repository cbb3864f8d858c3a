// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The events of this boot, numbered from 1, in a bounded ring. Delivery to a host can fail, so
// nothing depends on it: whoever missed an event asks for those above the last number seen. Pure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/message.hpp"

namespace hypnos::agent {

class EventLog {
  public:
    /// Whichever is less; the newest event is always kept.
    static constexpr std::size_t kKept = 64;
    static constexpr std::size_t kKeptBytes = std::size_t{128} * 1024;

    struct Entry {
        std::int64_t seq = 0;
        Event event;
        std::size_t bytes = 0;  ///< on the wire
    };

    /// Numbers the event (also in its data, as `seq`) and keeps it; the oldest goes when full.
    std::int64_t add(Event event);

    [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }
    [[nodiscard]] const std::deque<Entry>& entries() const { return entries_; }

    /// The first entry with a number above `seq`, or null.
    [[nodiscard]] const Entry* after(std::int64_t seq) const;

    /// For the state file: a restarted agent goes on counting where it stopped.
    [[nodiscard]] Json to_json() const;
    static EventLog from_json(const Json& saved);

  private:
    void push(std::int64_t seq, Event event);

    std::deque<Entry> entries_;
    std::int64_t last_seq_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace hypnos::agent
