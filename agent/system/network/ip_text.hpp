// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// IP addresses as people write them. Pure.

#pragma once

#include <arpa/inet.h>

#include <array>
#include <string>

namespace hypnos::agent {

/// `family`: AF_INET or AF_INET6. `address`: its bytes as on the wire.
[[nodiscard]] inline std::string ip_text(int family, const void* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, address, text.data(), text.size());
    return text.data();
}

}  // namespace hypnos::agent
