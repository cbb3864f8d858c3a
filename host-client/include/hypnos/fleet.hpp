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

#include "hypnos/export.h"
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
    /// Usage if an order names a guest that is not there, or goes in a circle (which it names), or
    /// two guests have one name.
    [[nodiscard]] HYPNOS_API static Result<FleetPlan> make(std::vector<std::string> names,
                                                           const FleetOptions& options);

    /// The same guests, by the same indices, the other way round, for waking: who slept last wakes
    /// first. All of them wait.
    [[nodiscard]] HYPNOS_API FleetPlan reversed() const;

    /// Indices that are to be started now; each is told once, and is Running from then on.
    [[nodiscard]] HYPNOS_API std::vector<std::size_t> start();

    /// Guest `index`, which was running, has ended.
    HYPNOS_API void ended(std::size_t index, bool well);

    /// Nothing more is started; what runs goes on.
    HYPNOS_API void stop();

    [[nodiscard]] HYPNOS_API bool over() const;  ///< nothing runs and nothing will start
    [[nodiscard]] HYPNOS_API Progress progress(std::size_t index) const;
    /// Why a guest was skipped, in words; empty if it was not.
    [[nodiscard]] HYPNOS_API std::string why_skipped(std::size_t index) const;
    /// Those that ended well and are to be undone, as OnFailure::Undo has it, latest first: none
    /// unless a guest failed.
    [[nodiscard]] HYPNOS_API std::vector<std::size_t> undo() const;

  private:
    struct Member {
        std::string name;
        std::vector<std::size_t> before;  ///< those that must have ended well
        std::vector<std::size_t> after;   ///< those that wait for it
        std::size_t open = 0;             ///< of `before`, how many have not ended well yet
        Progress progress = Progress::Waiting;
        std::string why_skipped;
    };

    FleetPlan() = default;
    [[nodiscard]] Result<void> add(const Order& order);
    [[nodiscard]] Result<std::size_t> find(const std::string& name) const;
    [[nodiscard]] Result<void> refuse_circles() const;
    [[nodiscard]] bool may_start(std::size_t index) const;
    void skip(std::size_t index, const std::string& why);
    void skip_followers(std::size_t index);
    void skip_rest(const std::string& why);

    std::vector<Member> members_;
    std::vector<std::size_t> turns_;  ///< indices as they start if no order says otherwise
    std::vector<std::size_t> done_;   ///< indices as they ended well
    std::size_t parallel_ = 0, running_ = 0;
    OnFailure on_failure_ = OnFailure::Continue;
    bool failed_ = false;
};

}  // namespace hypnos
