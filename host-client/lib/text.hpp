// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Durations for people.

#pragma once

#include <chrono>
#include <string>

namespace hypnos {

/// "34 ms", "1.5 s"
[[nodiscard]] std::string in_words(std::chrono::microseconds duration);

}  // namespace hypnos
