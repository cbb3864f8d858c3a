// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/port/activation.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace hypnos::agent {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START

/// Whether the variables are there, and meant for us.
bool handed_over() {
    const char* const pid = g_getenv("LISTEN_PID");
    const char* const count = g_getenv("LISTEN_FDS");
    const bool ours = pid != nullptr && count != nullptr && std::string(count) != "0" &&
                      pid == std::to_string(getpid());
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) g_unsetenv(name);
    return ours;
}

int family_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0
               ? address.ss_family
               : AF_UNSPEC;
}

}  // namespace

std::optional<Endpoint> activated_endpoint() {
    if (!handed_over()) return std::nullopt;
    const int family = family_of(kFirst);
    if (family != AF_UNIX && family != AF_VSOCK) {
        g_warning("the first descriptor that was handed over is no UNIX or vsock socket; ignored");
        return std::nullopt;
    }
    fcntl(kFirst, F_SETFD, FD_CLOEXEC);
    fcntl(kFirst, F_SETFL, O_NONBLOCK);
    const Method method = family == AF_UNIX ? Method::UnixListen : Method::VsockListen;
    return Endpoint{method, "a socket of the service manager", kFirst};
}

}  // namespace hypnos::agent
