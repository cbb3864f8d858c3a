// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Errors and texts as C sees them.

#pragma once

#include <string>

#include "hypnos/hypnos.h"
#include "hypnos/protocol/error.hpp"

struct hypnos_error {
    explicit hypnos_error(const hypnos::Error& error);

    hypnos_code code;
    std::string message;
    std::string details;  ///< JSON; empty if there are none
};

namespace hypnos::capi {

/// Sets `*slot`, which is the caller's then, unless `slot` is null.
void set_error(hypnos_error** slot, const Error& error);

/// For the caller to free with hypnos_free().
[[nodiscard]] char* owned_text(const std::string& text);

}  // namespace hypnos::capi
