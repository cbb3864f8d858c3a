// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What becomes of a guest when the host sleeps.

#pragma once

#include <array>
#include <string_view>

namespace hypnos::hostd {

enum class Policy {
    SuspendRam,
    SuspendDisk,
    Pause,  ///< its machine is stopped (QMP stop)
    Leave,
};
inline constexpr std::array<std::string_view, 4> kPolicyNames = {"suspend-ram", "suspend-disk",
                                                                 "pause", "leave"};
[[nodiscard]] inline std::string_view name_of(Policy policy) {
    return kPolicyNames.at(static_cast<std::size_t>(policy));
}

}  // namespace hypnos::hostd
