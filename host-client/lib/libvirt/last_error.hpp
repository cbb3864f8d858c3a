// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// libvirt's errors as ours.

#pragma once

#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::libvirt {

/// What was tried, what libvirt said last on this thread, and what to do. The text may hold a
/// guest's own words.
[[nodiscard]] Error last_error(ErrorCode code, const std::string& tried);

}  // namespace hypnos::libvirt
