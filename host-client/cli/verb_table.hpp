// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A program's verbs, or the verbs of a verb: help, and which one runs.

#pragma once

#include <span>
#include <string_view>

#include "verbs.hpp"

namespace hypnos::cli {

struct Verb {
    std::string_view name;
    const char* arguments;
    const char* summary;
    Exit (*run)(const Words&);
};

struct VerbTable {
    const char* program;  ///< "hypnosctl", "hypnosctl host"
    const char* summary;  ///< one sentence
    std::span<const Verb> verbs;
    const char* more = "";  ///< the last line of the help, after the one on verbs
};

/// Runs the verb that the first word names, with the others.
[[nodiscard]] Exit dispatch(const VerbTable& table, const Words& words);

}  // namespace hypnos::cli
