// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/ticks.hpp"

#include <cmath>

#include "timeline/words.hpp"

namespace hypnos::chart {
namespace {

/// The least of 1, 2, 5, 10, ... that is not below.
double round_up(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= least) return factor * power;
    }
    return 10 * power;
}

int digits_of(double step) {
    return step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
}

std::string label(double microseconds, double step) {
    if (microseconds == 0) return "0";
    const bool seconds = step >= 100'000;
    const double unit = seconds ? 1'000'000 : 1000;
    return decimal(microseconds / unit, digits_of(step / unit)) + (seconds ? " s" : " ms");
}

}  // namespace

std::vector<Tick> ticks(const Stretch& stretch, double spacing, double beyond) {
    if (stretch.length() < 1 || stretch.width() < spacing) return {};
    const double step = round_up(stretch.length() * spacing / stretch.width());
    std::vector<Tick> result;
    const int last = static_cast<int>(stretch.length() / step);
    for (int i = 0; i <= last; ++i) {
        const double time = i * step;
        const double at = stretch.at(stretch.start + time);
        const bool fits = at + spacing / 2 <= stretch.right + beyond;
        result.push_back({at, fits ? label(time, step) : ""});
    }
    return result;
}

}  // namespace hypnos::chart
