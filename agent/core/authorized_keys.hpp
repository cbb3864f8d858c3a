// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The text of ~/.ssh/authorized_keys: sshd(8).

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

/// An error if it would not be one line with a key: a comment, more than a line. An empty one is none:
/// virsh sends it for the end of a file's last line.
[[nodiscard]] Result<void> check_key(const std::string& key);

/// Its keys, without comments and empty lines.
[[nodiscard]] std::vector<std::string> keys_in(const std::string& text);

/// All of the text, and these keys where they are not in it yet.
[[nodiscard]] std::string with_keys(const std::string& text, const std::vector<std::string>& keys);

/// All of the text but the lines of these keys.
[[nodiscard]] std::string without_keys(const std::string& text,
                                       const std::vector<std::string>& keys);

}  // namespace hypnos::agent
