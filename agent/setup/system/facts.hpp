// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Reads what a plan is made from.

#pragma once

#include <optional>

#include "agent/setup/core/facts.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// Of the machine itself (root "/"), or of an image below another root. Takes seconds, for it looks
/// into each initramfs.
[[nodiscard]] Facts read_facts(const Root& root, const Options& options,
                               const std::optional<SetupRecord>& record);

/// Of all files that the record names: what undo needs.
[[nodiscard]] Texts read_texts(const Root& root, const SetupRecord& record);

}  // namespace hypnos::setup
