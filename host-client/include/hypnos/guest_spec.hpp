// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How to reach a guest: by the sockets of its QEMU, or as a domain of libvirt. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"

namespace hypnos {

struct GuestSpec {
    std::string name;  ///< as people call it; "host/guest" where several hosts are asked

    // Paths of sockets; empty where there is none. Of a domain of libvirt: the name of the port if
    // the domain has it, and no qmp.
    std::string qmp;
    std::string agent;  ///< org.qemu.guest_agent.0
    std::string power;  ///< org.hypnos.power.0

    std::string uri;     ///< of libvirt's connection, for example qemu:///system
    std::string domain;  ///< name in that connection; empty if the guest is no domain

    std::vector<std::string> after;  ///< names of guests that go to sleep before this one
    std::vector<std::string> macs;   ///< of its network cards: "52:54:00:12:34:56", lower-case
};

/// Reads `qmp=PATH,agent=PATH,power=PATH`, any of them, in any order; the text is the name. A path
/// has no comma. Errors are Usage.
[[nodiscard]] HYPNOS_API Result<GuestSpec> parse_guest_spec(std::string_view text);

}  // namespace hypnos
