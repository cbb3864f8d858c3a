// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Many guests, one after the other or side by side: who may start now, and what a failure means for
// the others. Pure: it is told what ended and answers what to start.
//
//   Result<FleetPlan> plan = FleetPlan::make({"web", "db"}, {.after = {{"db", "web"}}});
//   for (std::size_t i : plan->start()) ...          // 0: web
//   plan->ended(0, true);
//   for (std::size_t i : plan->start()) ...          // 1: db

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos {

enum class OnFailure {
    Continue,  ///< only those that come after a failed one are skipped
    Stop,      ///< nothing more is started
    Undo,      ///< nothing more is started; the caller wakes those that sleep, see undo()
};

/// `later` starts when `earlier` has ended well. Guests are named as in the plan.
struct Order {
    std::string later, earlier;
};

struct FleetOptions {
    std::vector<Order> after;
    std::size_t parallel = 0;  ///< at once; 0: no limit
    OnFailure on_failure = OnFailure::Continue;
};

enum class Progress { Waiting, Running, Done, Failed, Skipped };

class FleetPlan {
  public:
    /// Usage if an order names a guest that is not there, or goes in a circle (which it names).
    [[nodiscard]] static Result<FleetPlan> make(std::vector<std::string> names,
                                                const FleetOptions& options);

    /// The same guests the other way round, for waking: who slept last wakes first.
    [[nodiscard]] FleetPlan reversed() const;

    /// Indices that are to be started now; each is told once, and is Running from then on.
    [[nodiscard]] std::vector<std::size_t> start();

    /// Guest `index`, which was running, has ended.
    void ended(std::size_t index, bool well);

    /// Nothing more is started; what runs goes on.
    void stop();

    [[nodiscard]] bool over() const;  ///< nothing runs and nothing will start
    [[nodiscard]] Progress progress(std::size_t index) const;
    /// Why a guest was skipped, in words; empty if it was not.
    [[nodiscard]] std::string why_skipped(std::size_t index) const;
    /// Those that ended well and are to be undone, as OnFailure::Undo has it, latest first.
    [[nodiscard]] std::vector<std::size_t> undo() const;

  private:
    FleetPlan() = default;
};

}  // namespace hypnos
