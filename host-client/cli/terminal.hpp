// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What hypnosctl prints and how it exits.

#pragma once

#include <string>

#include "hypnos/guest.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::cli {

enum class Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Unreachable = 3,
    Refused = 4,  ///< or cancelled: nothing slept
    TimedOut = 5,
    OtherOutcome = 6,  ///< it ended in another way than was asked
};

[[nodiscard]] Exit exit_of(const Error& error);
[[nodiscard]] Exit exit_of(Outcome outcome, Require require);

/// Pure ASCII without control characters: a guest's text must not steer the terminal.
[[nodiscard]] std::string printable(const std::string& text);

/// A string as it is, any other value as JSON.
[[nodiscard]] std::string plain(const Json& value);

/// One line on stdout, flushed: whoever reads a pipe sees it at once.
void print_line(const std::string& text);

/// "hypnosctl: TEXT" on stderr.
void complain(const std::string& text);
[[nodiscard]] Exit complain(const Error& error);

/// [{"name", "at-us"}...]
[[nodiscard]] Json to_json(const std::vector<Step>& timeline);

}  // namespace hypnos::cli
