// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Runs the default main loop for as long as a test needs it, and no longer than a deadline.

#pragma once

#include <glib.h>

#include <chrono>
#include <functional>

#include "glib/source.hpp"

namespace hypnos::test {

inline constexpr std::chrono::milliseconds kPatience{10000};

/// Turns the loop until `done`; false if that does not come to pass within `limit`.
[[nodiscard]] inline bool run_until(const std::function<bool()>& done,
                                    std::chrono::milliseconds limit = kPatience) {
    bool late = false;
    const glib::Source timer = glib::after(nullptr, limit, [&late] { late = true; });
    while (!done() && !late) g_main_context_iteration(nullptr, TRUE);
    return done();
}

/// The same for a condition that comes true without the loop having anything to do.
[[nodiscard]] inline bool poll_until(const std::function<bool()>& done,
                                     std::chrono::milliseconds limit = kPatience) {
    const gint64 end = g_get_monotonic_time() + 1000 * limit.count();
    while (!done() && g_get_monotonic_time() < end) {
        if (g_main_context_iteration(nullptr, FALSE) == FALSE) g_usleep(1000);
    }
    return done();
}

/// Turns the loop until nothing in it is ready.
inline void run_until_quiet() {
    while (g_main_context_iteration(nullptr, FALSE) == TRUE) {
    }
}

}  // namespace hypnos::test
