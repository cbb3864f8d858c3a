// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Waking guests: by the verb wake, and at the end of suspend --for.

#pragma once

#include <chrono>
#include <vector>

#include "hypnos/fleet.hpp"
#include "hypnos/guest_spec.hpp"
#include "terminal.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos::cli {

struct WakeChoices {
    std::chrono::milliseconds limit = std::chrono::seconds(30);
    bool restore = true;  ///< memory and clock
    bool wait = false;    ///< until others wake them
    bool json = false;
};

/// `order` is that of going to sleep: they wake the other way round.
[[nodiscard]] Exit wake_guests(GMainContext* context, const std::vector<GuestSpec>& specs,
                               const FleetOptions& order, const WakeChoices& choices);

}  // namespace hypnos::cli
