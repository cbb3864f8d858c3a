// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Files that the next boot reads, as they are now: the agent looks whether they are still the same.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// Nothing if there is no such file.
[[nodiscard]] std::optional<SetupRecord::BootFile> read_boot_file(const Root& root,
                                                                  const std::string& path);

[[nodiscard]] std::vector<SetupRecord::BootFile> read_boot_files(const Root& root,
                                                                 const Facts& facts);

}  // namespace hypnos::setup
