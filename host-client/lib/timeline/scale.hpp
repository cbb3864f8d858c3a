// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Time to place on an axis that is broken where the guest sleeps: what comes before and after is
// to scale, the sleep gets a gap of fixed width, for it would leave no room for the rest. Pure.

#pragma once

#include <optional>

#include "hypnos/timeline.hpp"

namespace hypnos::chart {

/// A part of the axis that is to scale.
struct Stretch {
    double start = 0, end = 0;  ///< microseconds since the request
    double left = 0, right = 0;
    [[nodiscard]] double length() const { return end - start; }
    [[nodiscard]] double width() const { return right - left; }
    [[nodiscard]] double at(double time) const;
};

class Scale {
  public:
    /// Axes of `width`, of which `gap` is for the sleep if there is one.
    Scale(const Timeline& timeline, double width, double gap);

    [[nodiscard]] double at(std::chrono::microseconds time) const;

    /// Before the sleep, or all of it.
    [[nodiscard]] const Stretch& before() const { return before_; }
    [[nodiscard]] const std::optional<Stretch>& asleep() const { return asleep_; }
    [[nodiscard]] const std::optional<Stretch>& after() const { return after_; }

    /// How much wider a millisecond is after the sleep than before it. A side that would be too
    /// narrow to be seen is drawn wider.
    [[nodiscard]] double magnified() const;

  private:
    void break_at(const Span& sleep, double width, double gap);

    Stretch before_;
    std::optional<Stretch> asleep_, after_;
};

}  // namespace hypnos::chart
