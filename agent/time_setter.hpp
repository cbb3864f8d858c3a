// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sets the guest's time on a thread of its own, for an RTC may take its time; one after the other.

#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "agent/session.hpp"
#include "agent/system/time/guest_time.hpp"
#include "glib/worker.hpp"

namespace hypnos::agent {

class TimeSetter {
  public:
    using Reply = std::function<void(const Caller& caller, const CommandResult& result)>;

    TimeSetter(const Root& root, Reply reply) : root_(root), reply_(std::move(reply)) {}

    /// Since 1970; nothing: what the RTC says. One at a time, a second is refused.
    void set(std::optional<std::chrono::nanoseconds> time, const Caller& caller);

  private:
    void finish(const CommandResult& result);

    Root root_;
    Reply reply_;
    std::optional<Caller> caller_;
    glib::Worker<Result<std::string>> worker_;
    glib::Source late_;
};

}  // namespace hypnos::agent
