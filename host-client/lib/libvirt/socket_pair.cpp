// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/socket_pair.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>

namespace hypnos::libvirt {

Result<SocketPair> socket_pair(Server server) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
        return fail(ErrorCode::Unreachable,
                    std::string("cannot make a pair of sockets: ") + g_strerror(errno));
    // F_SETFL: the flags of this end only (fcntl(2)).
    if (server == Server::Blocks) fcntl(ends[1], F_SETFL, 0);
    return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace hypnos::libvirt
