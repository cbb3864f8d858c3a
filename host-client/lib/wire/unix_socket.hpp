// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Non-blocking AF_UNIX stream sockets.

#pragma once

#include <string>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// Connects at once or fails with Unreachable and a text that names the path and what to do.
[[nodiscard]] Result<UniqueFd> connect_unix(const std::string& path);

/// Nobody is there: no such socket, or nobody listens on it. False where that cannot be told, and where
/// somebody listens, who may be hanging.
[[nodiscard]] bool is_abandoned(const std::string& path);

}  // namespace hypnos
