// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What was measured, and whether it is good enough.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "measure.hpp"

namespace hypnos::fleet {

/// After so many rounds.
struct Footprint {
    int rounds = 0;
    std::int64_t kib = 0;
    std::int64_t descriptors = 0;
};

struct Report {
    static constexpr double kRatioMost = 2;
    static constexpr double kKibPerGuestMost = 64;
    static constexpr double kGrowthKibPerGuestMost = 1;  // what an allocator may still move about

    std::int64_t guests = 0;
    std::vector<std::pair<std::string, Cost>> sweeps;
    Cost echo, echo_in_turn, echo_of_status, status;  ///< medians
    Cost ratio;                      ///< of a status sweep to the echo right before it, median
    Cost ratio_in_turn;              ///< the same to echoes one after the other
    Cost ratio_of_status;            ///< the same to the same questions, asked by the bare client
    std::int64_t kib_before = 0;     ///< with nothing but the list of guests
    std::int64_t kib_connected = 0;  ///< all are connected and were asked for their status
    std::int64_t kib_most = 0;       ///< all have slept, were woken, and are watched; in any round
    std::vector<Footprint> footprints;
    std::size_t wrong = 0;
    std::string first_wrong;

    [[nodiscard]] double kib_per_guest(std::int64_t kib) const;
    [[nodiscard]] std::int64_t grown_descriptors() const;
    [[nodiscard]] std::int64_t grown_kib() const;

    /// The targets that were missed, in words.
    [[nodiscard]] std::vector<std::string> missed() const;

    void print() const;
    void print_json() const;
};

}  // namespace hypnos::fleet
