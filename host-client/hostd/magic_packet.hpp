// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The magic packet of Wake-on-LAN, as AMD's white paper 20213 has it. Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hypnos::hostd {

/// The MAC in a payload that has six bytes 0xFF and then that MAC sixteen times, anywhere in it:
/// "52:54:00:12:34:56".
[[nodiscard]] std::optional<std::string> mac_in(std::string_view payload);

}  // namespace hypnos::hostd
