// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The guests that a Carrier carries, and what it may do with one: a narrow face of hypnos::Guest, which
// tests replace.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config.hpp"
#include "hypnos/guest.hpp"

namespace hypnos::hostd {

/// As hypnos::Guest: asynchronous, each ends by its limit, callbacks may destroy it.
class CarriedGuest {
  public:
    using Limit = std::chrono::milliseconds;
    template <typename T>
    using Done = std::function<void(Result<T>)>;

    virtual ~CarriedGuest() = default;

    /// Whether it runs now; a guest without a QEMU does not. An error: it cannot be told.
    virtual void runs(Limit limit, Done<bool> done) = 0;
    virtual void suspend(SleepMode mode, Limit limit, Done<SuspendReport> done) = 0;
    /// Calls off a suspend that is under way, which then ends by itself.
    virtual void cancel() = 0;
    virtual void pause(Limit limit, Done<void> done) = 0;
    virtual void unpause(Limit limit, Done<void> done) = 0;
    /// One that runs only has its clock looked at.
    virtual void wake(const WakeOptions& options, Done<WakeReport> done) = 0;
};

struct Found {
    std::vector<GuestSpec> guests;      ///< names are unique
    std::vector<std::string> problems;  ///< what could not be asked for guests, in words
};

/// How patient the waking of one guest is.
struct Patience {
    std::chrono::milliseconds attempt{30'000};  ///< one question's limit
    std::chrono::milliseconds pause{1000};      ///< after the first; doubled after each
    std::chrono::milliseconds total{120'000};
};

struct World {
    std::function<Found()> find;  ///< blocks, on a thread of its own; may outlive the Carrier
    std::function<std::unique_ptr<CarriedGuest>(const GuestSpec&)> reach;
    Patience patience = {};
};

/// The guests of guests.d below this root, and the domains of the configured connections.
[[nodiscard]] World real_world(const sleep::Root& root, const Config& config);

}  // namespace hypnos::hostd
