// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Times out of an agent's record. A guest may send any number: what cannot be is taken as missing.
// Pure.

#pragma once

#include <chrono>
#include <optional>

#include "hypnos/protocol/json.hpp"

namespace hypnos {

[[nodiscard]] std::optional<std::chrono::milliseconds> slept_of(const Json& record);

/// From the end of the pre hooks, when the alarm is armed, until the kernel returned. This and not
/// the slept time says whether an alarm was kept: writing an image takes its part of it.
[[nodiscard]] std::optional<std::chrono::milliseconds> away_of(const Json& record);

}  // namespace hypnos
