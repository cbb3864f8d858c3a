// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a host has asked for, in the log: each command that acts, by name; of pings one in a thousand.
// Those of which more is to be told log it themselves: exec, file-open, shutdown, user-password.

#pragma once

#include <string_view>

namespace hypnos::agent::commands {

void audit(std::string_view command);

}  // namespace hypnos::agent::commands
