// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One operation on many guests, as a plan has it.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hypnos/clock.hpp"
#include "hypnos/fleet.hpp"
#include "interrupt.hpp"
#include "lib/fleet/runner.hpp"
#include "told.hpp"

namespace hypnos::cli {

class FleetRun {
  public:
    using Ended = std::function<void(const Told&)>;
    /// Begins the operation on guest `index`; it calls back from the loop.
    using Start = std::function<void(std::size_t index, Ended ended)>;
    /// Calls off what runs on guest `index`, which then ends by itself.
    using Cancel = std::function<void(std::size_t index)>;

    FleetRun(GMainContext* context, FleetPlan& plan, Teller& teller, Interrupt& interrupt,
             Start start);

    void cancel_with(const Cancel& cancel) { cancel_ = cancel; }

    /// Until nothing runs and nothing will start. Ctrl-C starts nothing more and cancels what runs.
    void run();

    /// Tells of those that never started, as {"guest", "verb", "error": {"class": "skipped", "text"}}.
    void tell_skipped(const std::vector<std::string>& names, const std::string& verb);

  private:
    void begin(std::size_t index, const FleetRunner::Ended& ended);
    void cancel(std::size_t index) const;

    GMainContext* context_;
    FleetPlan& plan_;
    Teller& teller_;
    Interrupt& interrupt_;
    Start start_;
    Cancel cancel_;
    FleetRunner runner_;
};

}  // namespace hypnos::cli
