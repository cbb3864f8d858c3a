// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What this process has used.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hypnos::fleet {

/// Milliseconds.
struct Cost {
    double wall = 0;
    double processor = 0;  ///< of this process
};

class Stopwatch {
  public:
    Stopwatch() : start_(now()) {}
    [[nodiscard]] Cost stop() const;

  private:
    static Cost now();
    Cost start_;
};

/// Both of each member by itself.
[[nodiscard]] Cost median(std::vector<Cost> costs);
[[nodiscard]] std::vector<Cost> ratios(const std::vector<Cost>& of, const std::vector<Cost>& to);

/// Pages that this process has written and shares with nobody, in KiB.
[[nodiscard]] std::int64_t private_dirty_kib();

[[nodiscard]] std::int64_t open_descriptors();

}  // namespace hypnos::fleet
