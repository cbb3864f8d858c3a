// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Bytes in a JSON string, as guest-file-write, guest-exec and guest-set-user-password carry them.

#pragma once

#include <string>
#include <string_view>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

/// Line feeds are skipped, and texts one behind the other are taken, as qemu-ga does. A text that is
/// cut short or wrongly padded is an error: qemu-ga drops bytes of it and says nothing.
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);

[[nodiscard]] std::string base64_encode(std::string_view bytes);

}  // namespace hypnos::agent
