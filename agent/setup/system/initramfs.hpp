// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The initramfs of each kernel in /boot: looked into, and made anew.

#pragma once

#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

[[nodiscard]] Generator find_generator(const Root& root);

/// `modules`: those that lead to the swap. Unpacks each, which takes a second or so.
[[nodiscard]] InitramfsFacts read_initramfs(const Root& root,
                                            const std::vector<std::string>& modules);

[[nodiscard]] Result<void> make_initramfs(const Root& root);

}  // namespace hypnos::setup
