// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How C names a guest: as hypnosctl does, or as JSON.

#pragma once

#include <string_view>

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::capi {

/// Errors are Usage.
[[nodiscard]] Result<GuestSpec> read_spec(std::string_view text);

/// Text that read_spec() reads as the same guest.
[[nodiscard]] Json to_json(const GuestSpec& spec);

}  // namespace hypnos::capi
