// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Files as they were, or would be, without hypnos-setup. Pure.

#pragma once

#include <optional>
#include <string>

#include "agent/setup/core/facts.hpp"

namespace hypnos::setup {

[[nodiscard]] Text text_of(const Texts& texts, const std::string& path);

[[nodiscard]] const SetupRecord::File* entry_of(const std::optional<SetupRecord>& record,
                                                const std::string& path);

/// What the file was; if others have changed it since, what it is but for our part of it.
[[nodiscard]] Text before_us(const std::optional<SetupRecord>& record, const Texts& texts,
                             const std::string& path);

}  // namespace hypnos::setup
