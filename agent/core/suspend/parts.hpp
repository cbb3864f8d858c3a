// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the parts of the suspend machine share.

#pragma once

#include "agent/core/suspend_machine.hpp"

namespace hypnos::agent {

/// Why a sleep that somebody else announced was none.
inline constexpr const char* kCalledOff = "the sleep that was announced did not come";

[[nodiscard]] inline Effects operator+(Effects first, const Effects& rest) {
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

}  // namespace hypnos::agent
