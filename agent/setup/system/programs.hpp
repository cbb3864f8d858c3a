// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Programs of the system that hypnos-setup runs. Each is waited for.

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// Its path in /usr/sbin, /usr/bin, /sbin or /bin; empty if it is not there.
[[nodiscard]] std::string find_program(const Root& root, const std::string& name);

/// What it prints. Fails with what it says on standard error if it does not end with status 0.
[[nodiscard]] Result<std::string> run(const std::vector<std::string>& command);

}  // namespace hypnos::setup
