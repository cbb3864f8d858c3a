// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a connector of libvirt hands out, and the end that is served.

#pragma once

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::libvirt {

struct SocketPair {
    UniqueFd user;    ///< non-blocking
    UniqueFd server;  ///< as the one who serves it wants it
};

enum class Server { Blocks, DoesNotBlock };

[[nodiscard]] Result<SocketPair> socket_pair(Server server);

}  // namespace hypnos::libvirt
