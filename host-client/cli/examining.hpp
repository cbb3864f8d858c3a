// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Asking guests whether they could sleep: by the verb preflight, and before a dry run's end.

#pragma once

#include <chrono>
#include <vector>

#include "hypnos/fleet.hpp"
#include "hypnos/guest.hpp"
#include "terminal.hpp"

namespace hypnos::cli {

struct ExamineChoices {
    SleepMode mode = SleepMode::Ram;
    std::chrono::milliseconds limit = std::chrono::seconds(30);
    bool json = false;
};

/// Prints each guest's findings. Refused if one could not sleep.
[[nodiscard]] Exit examine(GMainContext* context, const std::vector<GuestSpec>& specs,
                           const FleetOptions& order, const ExamineChoices& choices);

}  // namespace hypnos::cli
