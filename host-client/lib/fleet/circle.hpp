// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Circles in an order.

#pragma once

#include <cstddef>
#include <vector>

namespace hypnos {

/// `before[i]` are the nodes that node i comes after. Returns the nodes of one circle, each coming
/// after the one that follows it here and the last after the first; empty if there is no circle.
[[nodiscard]] std::vector<std::size_t> find_circle(
    const std::vector<std::vector<std::size_t>>& before);

}  // namespace hypnos
