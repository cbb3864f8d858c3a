// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Before many guests sleep: is there memory for what their balloons will give back?

#pragma once

#include "selecting.hpp"

namespace hypnos::cli {

/// Refused if this host has not enough; what a guest does not tell counts as nothing. Guests on other
/// hosts are left out: their memory is not known here.
[[nodiscard]] Result<void> guard_memory(GMainContext* context, const Guests& guests);

}  // namespace hypnos::cli
