// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Times out of an agent's record. A guest may send any number: what cannot be is taken as missing.
// Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "hypnos/protocol/json.hpp"

namespace hypnos {

[[nodiscard]] std::optional<std::chrono::milliseconds> slept_of(const Json& record);

/// How long ago, by the guest's own clock, the sleep in `last` of a hypnos-status ended.
[[nodiscard]] std::optional<std::chrono::milliseconds> age_of_last(const Json& status);

/// In words. The guest's clock counts sleep in seconds where it has only an RTC to ask.
[[nodiscard]] std::string slept_words(std::chrono::milliseconds slept);

/// From the end of the pre hooks, when the alarm is armed, until the kernel returned. This and not
/// the slept time says whether an alarm was kept: writing an image takes its part of it.
[[nodiscard]] std::optional<std::chrono::milliseconds> away_of(const Json& record);

}  // namespace hypnos
