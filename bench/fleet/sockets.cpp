// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sockets.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hypnos::fleet {
namespace {

constexpr int kBacklog = 64;

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) die(path + " is too long for a socket");
    path.copy(address.sun_path, path.size());
    return address;
}

UniqueFd stream_socket() { return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

}  // namespace

void die(const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(2);
}

void raise_descriptor_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

UniqueFd listen_at(const std::string& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd = stream_socket();
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (bind(fd.get(), generic, sizeof address) != 0 || listen(fd.get(), kBacklog) != 0)
        die("listen on " + path);
    return fd;
}

UniqueFd connect_to(const std::string& path) {
    const sockaddr_un address = address_of(path);
    UniqueFd fd = stream_socket();
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        die("connect to " + path);
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return;  // the other side has gone
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace hypnos::fleet
