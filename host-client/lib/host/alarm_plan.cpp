// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/alarm_plan.hpp"

#include <algorithm>

namespace hypnos {

AlarmPlan plan_alarm(std::int64_t now, std::optional<std::int64_t> wanted,
                     std::optional<std::int64_t> theirs, std::chrono::seconds margin) {
    if (theirs && *theirs <= now) theirs.reset();
    if (!wanted) return {{}, theirs};
    const std::int64_t earliest = now + margin.count();
    const std::int64_t ours = std::max(*wanted, earliest);
    const bool theirs_rings_first = theirs && *theirs >= earliest && *theirs <= ours;
    if (theirs_rings_first) return {{}, theirs};
    return {ours, theirs};
}

}  // namespace hypnos
