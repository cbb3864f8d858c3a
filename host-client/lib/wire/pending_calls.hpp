// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls that wait for a reply: a number, a deadline and a callback each. One timer serves all: it is
// left as it is when a reply has come, so that calls that are answered cost no timer.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "glib/source.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

class PendingCalls {
  public:
    using Done = std::function<void(Result<Json>)>;
    using Text = std::function<std::string()>;

    explicit PendingCalls(GMainContext* context);

    /// The number to send as `id`. When `limit` has passed, `done` gets TimedOut with `silence`.
    std::int64_t add(std::chrono::milliseconds limit, Text silence, Done done);

    [[nodiscard]] bool waits_for(std::int64_t id) const { return calls_.count(id) > 0; }

    /// Calls back, and may so destroy this. False if nobody waits for `id`.
    bool finish(std::int64_t id, const Result<Json>& result);

    /// From the next turn of the loop, one by one.
    void fail_later(std::int64_t id, const Error& error);
    void fail_all_later(const Error& error);

    void clear() { calls_.clear(); }

  private:
    using Microseconds = std::int64_t;  // of g_get_monotonic_time

    struct Call {
        Done done;
        Text silence;
        Microseconds deadline;
        glib::Source failing;
    };

    void watch(Microseconds deadline);
    void look();

    GMainContext* context_;
    std::int64_t next_id_;
    std::map<std::int64_t, Call> calls_;
    glib::Source timer_;
    Microseconds timer_due_ = 0;  // while there is a timer
};

}  // namespace hypnos
