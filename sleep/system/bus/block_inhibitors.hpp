// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Who has asked logind that the machine stay awake.

#pragma once

#include <vector>

#include "sleep/core/preflight/facts.hpp"
#include "sleep/system/bus/blocking_bus.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// Those of mode "block" that concern sleep. Blocks, as BlockingBus does if the bus or logind hangs; no
/// logind: none. May be called on any thread.
[[nodiscard]] std::vector<Inhibitor> block_inhibitors(
    const Root& root, BlockingBus::Limit limit = BlockingBus::kShort);

}  // namespace hypnos::sleep
