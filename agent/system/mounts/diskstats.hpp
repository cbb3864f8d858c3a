// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What guest-get-diskstats tells. Pure.

#pragma once

#include <string>

#include "hypnos/protocol/json.hpp"

namespace hypnos::agent {

/// `text`: /proc/diskstats. Older kernels have fewer columns, whose values are left out.
[[nodiscard]] Json parse_diskstats(const std::string& text);

}  // namespace hypnos::agent
