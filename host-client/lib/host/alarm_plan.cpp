// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/alarm_plan.hpp"

#include <algorithm>

namespace hypnos {

std::int64_t not_too_near(std::int64_t now, std::int64_t planned) {
    return std::max<std::int64_t>(planned, now + kAlarmMargin.count());
}

AlarmPlan plan_alarm(std::int64_t now, std::optional<std::int64_t> wanted,
                     std::optional<std::int64_t> theirs) {
    if (theirs && *theirs <= now) theirs.reset();
    if (!wanted) return {{}, theirs};
    const std::int64_t ours = not_too_near(now, *wanted);
    const bool theirs_rings_first =
        theirs && *theirs >= now + kAlarmMargin.count() && *theirs <= ours;
    if (theirs_rings_first) return {{}, theirs};
    return {ours, theirs};
}

}  // namespace hypnos
