// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What an initramfs must contain to resume, judged by what lsinitramfs(8) or lsinitrd(1) prints. Pure.

#pragma once

#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"

namespace hypnos::setup {

/// What is missing, in words. `modules`: that lead to the swap; `loadable`: modules.dep of this
/// kernel.
[[nodiscard]] std::vector<std::string> lacks(Generator generator, const std::string& listing,
                                             const std::vector<std::string>& modules,
                                             const std::string& loadable);

}  // namespace hypnos::setup
