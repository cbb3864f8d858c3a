// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// systemd's words for the modes of sleep, systemd-sleep(8): its targets and services are named by them,
// and hooks are called with them.

#pragma once

#include <array>
#include <string>
#include <string_view>

#include "hypnos/protocol/power.hpp"

namespace hypnos::sleep {

/// In the order of SleepMode.
inline constexpr std::array<std::string_view, 3> kVerbs = {"suspend", "hibernate", "hybrid-sleep"};
[[nodiscard]] inline std::string verb(SleepMode mode) {
    return std::string(kVerbs.at(static_cast<std::size_t>(mode)));
}

}  // namespace hypnos::sleep
