// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How to reach a guest without libvirt: the sockets of its QEMU. Pure.

#pragma once

#include <string>
#include <string_view>

#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// Paths of sockets; empty where there is none.
struct GuestSpec {
    std::string qmp;
    std::string agent;  ///< org.qemu.guest_agent.0
    std::string power;  ///< org.hypnos.power.0
};

/// Reads `qmp=PATH,agent=PATH,power=PATH`, any of them, in any order. A path has no comma. Errors
/// are Usage.
[[nodiscard]] Result<GuestSpec> parse_guest_spec(std::string_view text);

}  // namespace hypnos
