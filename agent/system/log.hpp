// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where messages of this process go. One for the process; usable from any thread.

#pragma once

#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent::log {

/// To the end of a file from now on, in qemu-ga's form: "SECONDS.MICROSECONDS: LEVEL: MESSAGE".
[[nodiscard]] Result<void> to_file(const std::string& path);

/// While file systems are frozen nothing may be written: it would wait for ever. What is dropped is
/// counted, and told when messages are wanted again.
void mute(bool muted);

}  // namespace hypnos::agent::log
