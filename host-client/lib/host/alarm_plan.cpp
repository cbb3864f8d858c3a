// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/alarm_plan.hpp"

#include <algorithm>

namespace hypnos {

AlarmPlan plan_alarm(std::int64_t now, std::optional<std::int64_t> wanted,
                     std::optional<std::int64_t> theirs) {
    if (theirs && *theirs <= now) theirs.reset();
    if (!wanted) return {{}, theirs};
    const std::int64_t earliest = now + kAlarmMargin.count();
    const std::int64_t ours = std::max(*wanted, earliest);
    const bool theirs_rings_first = theirs && *theirs >= earliest && *theirs <= ours;
    if (theirs_rings_first) return {{}, theirs};
    return {ours, theirs};
}

AlarmPlan keep_ahead(std::int64_t now, std::int64_t wanted, const AlarmPlan& armed) {
    const std::int64_t least = now + kFreezeMargin.count();
    const std::optional<std::int64_t> theirs =
        armed.keep && *armed.keep > now ? armed.keep : std::nullopt;
    const bool ahead = armed.set ? *armed.set >= least : theirs.has_value();
    if (ahead) return armed;
    return {std::max(wanted, least), theirs};
}

}  // namespace hypnos
