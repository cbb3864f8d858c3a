// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Swaps that are there, and where a new one could go.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// Those that are on, those of /etc/fstab, and the one that the command line names; not `own_file`.
[[nodiscard]] std::vector<Place> read_places(const Root& root, const Options& options,
                                             const sleep::SwapFacts& swaps);

/// Whether a swap of this name is on; one that only stands by is not.
[[nodiscard]] bool is_on(const sleep::SwapFacts& swaps, const std::string& name);

/// Where the links of a path lead, below the root.
[[nodiscard]] std::string canonical(const Root& root, const std::string& path);

/// The file at this path, if it is a swap that the kernel takes.
[[nodiscard]] std::optional<Place> read_swap_file(const Root& root, const std::string& path);

/// What holds `path`, or would: that of the nearest directory there is.
[[nodiscard]] FileSystem read_file_system(const Root& root, const std::string& path);

}  // namespace hypnos::setup
