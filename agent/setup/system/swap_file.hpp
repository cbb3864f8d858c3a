// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A swap file: made whole under another name and then renamed, so that one that is there is good.

#pragma once

#include "agent/setup/core/change.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// On btrfs the directory, if it is not there, becomes a subvolume, so that snapshots of its parent
/// leave it out; the file has no copy-on-write.
[[nodiscard]] Result<void> make_swap_file(const Root& root, const MakeSwap& wanted);

/// Switches it off first.
[[nodiscard]] Result<void> remove_swap_file(const Root& root, const std::string& path);

void switch_off(const Root& root, const std::string& path);
[[nodiscard]] Result<void> switch_on(const Root& root, const std::string& path);

}  // namespace hypnos::setup
