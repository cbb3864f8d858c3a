// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What to do with the RTC's one alarm when another program may have set it already. Pure; all
// times in the RTC's seconds.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hypnos {

/// An alarm nearer than this may ring before the machine sleeps, and then wakes nobody.
inline constexpr std::chrono::seconds kAlarmMargin{10};
/// The same while logind, others that hold it up, and the kernel's freezer (20 s by default) take
/// their time.
inline constexpr std::chrono::seconds kFreezeMargin{25};

struct AlarmPlan {
    std::optional<std::int64_t> set;   ///< ours; nothing: leave the alarm as it is
    std::optional<std::int64_t> keep;  ///< theirs: to be put back, or the one that will wake us
    bool operator==(const AlarmPlan&) const = default;
};

/// `theirs` is earlier than ours: it wakes the machine, and ours is not set.
[[nodiscard]] AlarmPlan plan_alarm(std::int64_t now, std::optional<std::int64_t> wanted,
                                   std::optional<std::int64_t> theirs);

/// What `armed` must become for an alarm to be still ahead, with all who hold the sleep up. Theirs
/// stays until it has rung: it is not ours to move.
[[nodiscard]] AlarmPlan keep_ahead(std::int64_t now, std::int64_t wanted, const AlarmPlan& armed);

}  // namespace hypnos
