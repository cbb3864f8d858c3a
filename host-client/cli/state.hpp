// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What hypnosctl remembers of a guest from its sleep to its wake and after: the last reports. One file a
// guest, whatever it is called on a command line, in $HYPNOS_STATE, else /var/lib/hypnos/guests for root, else hypnos/guests below the user's
// XDG state directory.

#pragma once

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::cli {

/// {"suspend": report, "wake": report}, either may be missing. Null if nothing is known.
[[nodiscard]] Json remembered(const GuestSpec& guest);

/// A new suspend report makes the last wake report forgotten. What cannot be written is complained
/// of: it fails nothing.
void remember(const GuestSpec& guest, const Json& report);

}  // namespace hypnos::cli
