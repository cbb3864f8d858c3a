// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The command line of hypnos-setup.

#pragma once

#include <optional>
#include <string>

#include "agent/setup/core/facts.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::setup {

struct CommandLine {
    enum class Verb { Plan, Apply, Verify, Undo };

    Verb verb = Verb::Plan;
    std::string root = "/";
    bool json = false;
    // As far as they were given.
    std::optional<std::string> swap, file, size, activation, boot;
    bool fill = false;
};

/// Ends the process after --help and --version.
[[nodiscard]] Result<CommandLine> parse_command_line(int argc, char** argv);

/// What was given, else what the last apply was given, else the default.
[[nodiscard]] Options merged(const CommandLine& given, const std::optional<SetupRecord>& record);

[[nodiscard]] std::string_view name_of(CommandLine::Verb verb);

}  // namespace hypnos::setup
