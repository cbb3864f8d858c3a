// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The text of one file of guests.d. Pure.

#pragma once

#include <string>

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// Without a name, and a domain without its ports. Errors are Usage and name the key.
[[nodiscard]] Result<GuestSpec> parse_guest_file(const std::string& text);

}  // namespace hypnos
