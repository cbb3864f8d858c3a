// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The text of /proc/meminfo (proc(5)). Pure.

#pragma once

#include <cstdint>
#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// MemAvailable in bytes.
[[nodiscard]] Result<std::int64_t> parse_available(const std::string& meminfo);

}  // namespace hypnos
