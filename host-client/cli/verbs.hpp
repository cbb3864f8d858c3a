// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One function per verb. `words` is what follows the verb on the command line.

#pragma once

#include <string>
#include <vector>

#include "terminal.hpp"

namespace hypnos::cli {

using Words = std::vector<std::string>;

[[nodiscard]] Exit agent(const Words& words);
[[nodiscard]] Exit capabilities(const Words& words);
[[nodiscard]] Exit list(const Words& words);
[[nodiscard]] Exit preflight(const Words& words);
[[nodiscard]] Exit rehearse(const Words& words);
[[nodiscard]] Exit status(const Words& words);
[[nodiscard]] Exit suspend(const Words& words);
[[nodiscard]] Exit timeline(const Words& words);
[[nodiscard]] Exit wake(const Words& words);
[[nodiscard]] Exit watch(const Words& words);

}  // namespace hypnos::cli
