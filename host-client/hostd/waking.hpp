// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Wakes the guests of the journal, who slept last first, and sets their clocks. Each is tried again for a
// while, and leaves the journal when it is awake, or has been told as one that is not.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fleet/runner.hpp"
#include "journal.hpp"
#include "lulling.hpp"
#include "world.hpp"

namespace hypnos::hostd {

class Waking {
  public:
    using Done = std::function<void()>;

    /// `done` may destroy it.
    Waking(const World& world, Journal& journal, Tell tell, Done done);
    void start();

  private:
    struct One {
        Carried carried;
        std::unique_ptr<CarriedGuest> reached;
        std::chrono::microseconds until{};  ///< CLOCK_MONOTONIC
        std::chrono::milliseconds pause{};
        glib::Source timer;
        FleetRunner::Ended ended;  ///< lets the others go on
    };

    void wake(std::size_t index);
    void unpaused(std::size_t index, const Result<void>& result);
    void look(std::size_t index);
    void look_if_it_runs(std::size_t index);
    void wake_up(std::size_t index);
    void woken(std::size_t index, const Result<WakeReport>& report);
    void again(std::size_t index, const Error& error);
    void told(std::size_t index, const char* state, const std::string& text);
    void let_others_go_on(One& one);
    void end_if_over();
    [[nodiscard]] std::chrono::milliseconds limit(const One& one) const;

    World world_;
    Journal& journal_;
    Tell tell_;
    Done done_;
    std::vector<One> guests_;
    std::size_t open_ = 0;  ///< of them, those that have not been told of
    std::optional<FleetPlan> plan_;
    std::unique_ptr<FleetRunner> runner_;
    glib::Source soon_;
};

}  // namespace hypnos::hostd
