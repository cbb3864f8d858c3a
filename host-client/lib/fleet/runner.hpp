// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One operation on many guests, as a plan has it, on the caller's loop.

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "hypnos/fleet.hpp"

namespace hypnos {

class FleetRunner {
  public:
    using Ended = std::function<void(bool well)>;
    struct Handlers {
        /// Begins the operation on guest `index`, which calls `ended` once, also from in here.
        std::function<void(std::size_t index, Ended ended)> start;
        /// Calls off what runs on guest `index`, which then ends by itself. May be empty.
        std::function<void(std::size_t index)> cancel;
        /// Guests have started or ended. May be empty.
        std::function<void()> moved;
        /// Nothing runs and nothing will start; told once, and may destroy the runner. May be empty.
        std::function<void()> over;
    };

    /// `plan` outlives it.
    FleetRunner(FleetPlan& plan, Handlers handlers) : plan_(plan), handlers_(std::move(handlers)) {}
    FleetRunner(const FleetRunner&) = delete;
    FleetRunner& operator=(const FleetRunner&) = delete;

    /// Starts what may start. From then on it goes by itself.
    void go();

    /// Starts nothing more and cancels what runs.
    void stop();

  private:
    void ended(std::size_t index, bool well);

    FleetPlan& plan_;
    Handlers handlers_;
    std::vector<std::size_t> running_;
    bool going_ = false, over_ = false;
};

}  // namespace hypnos
