// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What stands above a table and a chart: the totals that are known. Pure.

#pragma once

#include <string>
#include <vector>

#include "hypnos/timeline.hpp"

namespace hypnos::chart {

struct Total {
    std::string what, length;
};

/// Up to three. A sleep that never was has one, from the request to the end.
[[nodiscard]] std::vector<Total> totals(const Timeline& timeline);

/// How far guest and host may be apart, in a sentence; empty if the guest's side is not there.
[[nodiscard]] std::string error_words(const Timeline& timeline);

}  // namespace hypnos::chart
