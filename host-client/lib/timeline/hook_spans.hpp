// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Hooks on the axis. The agent tells how long each took and that they ran one after the other, but
// not when: they are lined up between the phases around them. Pure.

#pragma once

#include "hypnos/timeline.hpp"
#include "timeline/evidence.hpp"

namespace hypnos::chart {

/// Of each phase: more would be no chart, so the longest are kept.
inline constexpr std::size_t kHooksShown = 24;

/// `phases` by the host's clock.
[[nodiscard]] std::vector<Span> hook_spans(const Evidence& evidence, const Moments& phases,
                                           std::vector<std::string>& notes);

}  // namespace hypnos::chart
