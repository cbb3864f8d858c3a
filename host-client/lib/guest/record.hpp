// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Times out of an agent's record. A guest may send any number: what cannot be is taken as missing.
// Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/message.hpp"

namespace hypnos {

/// Whether its data is the record of a transaction that has ended.
[[nodiscard]] bool is_final(const Event& event);

/// Whether the guest booted afresh instead of going on from its image.
[[nodiscard]] bool is_lost(const Json& record);

[[nodiscard]] std::optional<std::chrono::milliseconds> slept_of(const Json& record);

/// The guest's CLOCK_BOOTTIME when it told its status.
[[nodiscard]] std::optional<std::chrono::microseconds> boottime_of(const Json& status);

/// How long ago, by the guest's own clock, the sleep in `last` of a hypnos-status ended. One whose
/// image was lost has no end in this boot but that of its post hooks.
[[nodiscard]] std::optional<std::chrono::milliseconds> age_of_last(const Json& status);

/// In words. The guest's clock counts sleep in seconds where it has only an RTC to ask.
[[nodiscard]] std::string slept_words(std::chrono::milliseconds slept);

/// From the end of the pre hooks, when the alarm is armed, until the kernel returned. This and not
/// the slept time says whether an alarm was kept: writing an image takes its part of it.
[[nodiscard]] std::optional<std::chrono::milliseconds> away_of(const Json& record);

}  // namespace hypnos
