// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Where the guest's clock stands on the host's. Pure but for the host's clock.

#pragma once

#include <vector>

#include "hypnos/guest.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

/// Adds the anchor that a reply of hypnos-status gives, if it tells the guest's clock.
void add_anchor(std::vector<ClockAnchor>& anchors, const Json& status, HostTime asked);

}  // namespace hypnos
