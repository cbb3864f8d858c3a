// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a person may have meant by a word that is not known. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hypnos {

/// "; did you mean 'wake' or 'watch'?" with the nearest of `known`, three at most; empty if none is
/// near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& known);

}  // namespace hypnos
