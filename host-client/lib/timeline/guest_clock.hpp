// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The guest's phases on the host's clock. Across a sleep the guest's clock is only as right as its
// RTC, so a phase before the sleep is placed by an anchor from before it, one after by one after.
// Pure.

#pragma once

#include "timeline/evidence.hpp"

namespace hypnos::chart {

struct Placed {
    Moments phases;  ///< by the host's clock; those that no anchor reaches are missing
    Micros error{};  ///< the largest of the anchors that were used
    std::vector<std::string> notes;
};

[[nodiscard]] Placed place_phases(const Evidence& evidence);

}  // namespace hypnos::chart
