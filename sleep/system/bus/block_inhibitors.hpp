// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Who has asked logind that the machine stay awake.

#pragma once

#include <vector>

#include "sleep/core/preflight/facts.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// Those of mode "block" that concern sleep. Blocks, for a second or two if the bus or logind hangs;
/// no logind: none. May be called on any thread.
[[nodiscard]] std::vector<Inhibitor> block_inhibitors(const Root& root);

}  // namespace hypnos::sleep
