// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The strict JSON reader: RFC 8259 and QEMU's one extension (strings in single quotes), nothing
// else. It refuses duplicate names, numbers that do not fit, NUL, broken UTF-8 and whatever exceeds
// limits.hpp. Errors carry the texts of QEMU's parser, which clients know.

#pragma once

#include <string_view>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

/// Reads exactly one JSON text; white space around it is allowed, anything else is an error.
/// An integer outside int64 becomes a Real, as in QEMU.
[[nodiscard]] HYPNOS_API Result<Json> read_json(std::string_view text);

}  // namespace hypnos
