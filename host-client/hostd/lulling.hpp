// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Puts the guests that run to sleep: finds them, asks which run, notes those, and then each by its
// policy, in the order of After=.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "fleet/runner.hpp"
#include "glib/worker.hpp"
#include "journal.hpp"
#include "world.hpp"

namespace hypnos::hostd {

/// A guest's state and how it came to it, for those who watch.
using Tell = std::function<void(const Carried& guest, const std::string& state)>;

class Lulling {
  public:
    struct Order {
        std::string operation;
        std::chrono::milliseconds deadline;
    };
    using Done = std::function<void(Result<void>)>;

    /// `done` may destroy it.
    Lulling(const World& world, const Config& config, Journal& journal, Tell tell, Done done);

    void start(const Order& order);
    /// Calls off what does not sleep yet; it ends soon.
    void stop();

  private:
    struct One {
        Carried carried;
        std::unique_ptr<CarriedGuest> reached;
        bool running = false;  ///< the guest, before
    };

    void found(const Found& found);
    void ask_who_runs();
    void told(std::size_t index, const Result<bool>& runs);
    void note_and_go();
    void put_to_sleep(std::size_t index, const FleetRunner::Ended& ended);
    void suspended(std::size_t index, const Result<SuspendReport>& report,
                   const FleetRunner::Ended& ended);
    void ended(std::size_t index, Carried::State state, const FleetRunner::Ended& ended);
    void finish();
    [[nodiscard]] Result<void> verdict() const;
    [[nodiscard]] std::chrono::milliseconds left() const;

    World world_;
    const Config& config_;
    Journal& journal_;
    Tell tell_;
    Done done_;
    Order order_;
    std::chrono::microseconds until_{};  ///< CLOCK_MONOTONIC: guests stand still with the host
    glib::Worker<Found> finder_;
    std::vector<One> guests_;
    std::size_t unanswered_ = 0;
    std::vector<std::string> problems_;
    std::optional<FleetPlan> plan_;
    std::unique_ptr<FleetRunner> runner_;
    glib::Source deadline_, patience_;
    bool stopped_ = false, over_ = false;
};

}  // namespace hypnos::hostd
