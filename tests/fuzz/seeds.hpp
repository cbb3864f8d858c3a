// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Scenes to begin with: all goes well, or one thing goes wrong.

#pragma once

#include <string>
#include <vector>

#include "scene.hpp"

namespace hypnos::fuzz {

/// By the format of scene.hpp.
[[nodiscard]] std::vector<std::string> seeds();

/// The same for draw().
[[nodiscard]] std::vector<std::string> drawings();

/// Pieces that mean something to the library.
[[nodiscard]] const std::vector<std::string>& words();

}  // namespace hypnos::fuzz
