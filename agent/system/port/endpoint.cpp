// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/port/endpoint.hpp"

#include <fcntl.h>
#include <glib.h>
#include <linux/vm_sockets.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>

#include <cerrno>
#include <optional>

#include "sleep/core/number.hpp"

namespace hypnos::agent {

using namespace sleep;

namespace {

constexpr int kBacklog = 16;

tl::unexpected<Error> system_failure(const std::string& what, const std::string& advice = "") {
    return fail("cannot " + what + ": " + g_strerror(errno) + advice);
}

void make_raw(int fd) {
    termios settings{};
    if (tcgetattr(fd, &settings) != 0) return;
    cfmakeraw(&settings);
    cfsetspeed(&settings, B38400);
    tcsetattr(fd, TCSANOW, &settings);
    tcflush(fd, TCIFLUSH);
}

Result<UniqueFd> bind_and_listen(int family, const sockaddr* address, socklen_t size,
                                 const std::string& path) {
    UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const mode_t umask_before = umask(0177);
    const bool bound = bind(socket.get(), address, size) == 0;
    umask(umask_before);
    if (!bound || listen(socket.get(), kBacklog) != 0) return system_failure("listen on " + path);
    return socket;
}

bool somebody_listens(const sockaddr* address, socklen_t size) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    return connect(probe.get(), address, size) == 0 || errno == EAGAIN;
}

Result<UniqueFd> listen_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::Usage, "'" + path + "' is no path for a socket: it must have 1 to " +
                                          std::to_string(sizeof address.sun_path - 1) + " bytes");
    path.copy(address.sun_path, path.size());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (somebody_listens(generic, sizeof address))
        return fail("cannot listen on " + path + ": another program listens there");
    struct stat info {};
    if (lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) unlink(path.c_str());
    return bind_and_listen(AF_UNIX, generic, sizeof address, path);
}

Result<UniqueFd> listen_vsock(const std::string& path) {
    const std::size_t colon = path.find(':');
    const std::string cid = path.substr(0, colon);
    const bool any = cid == "any" || cid == "-1";
    const std::optional<unsigned> cid_number = any ? VMADDR_CID_ANY : whole_number<unsigned>(cid);
    const std::optional<unsigned> port =
        colon == std::string::npos
            ? std::nullopt
            : whole_number<unsigned>(std::string_view(path).substr(colon + 1));
    if (!cid_number || !port)
        return fail(ErrorCode::Usage,
                    "'" + path + "' is no vsock address: give CID:PORT, or any:PORT");
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = *cid_number;
    address.svm_port = *port;
    return bind_and_listen(AF_VSOCK, reinterpret_cast<const sockaddr*>(&address), sizeof address,
                           "vsock " + path);
}

}  // namespace

Result<UniqueFd> open_device(const Endpoint& endpoint) {
    UniqueFd device(open(endpoint.path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!device)
        return system_failure(
            "open " + endpoint.path,
            errno == EBUSY ? " (another agent, such as qemu-ga, has it open)" : "");
    struct stat info {};
    if (fstat(device.get(), &info) != 0 || !S_ISCHR(info.st_mode))
        return fail(endpoint.path + " is no character device");
    if (endpoint.method == Method::IsaSerial) make_raw(device.get());
    return device;
}

Result<UniqueFd> listen_on(const Endpoint& endpoint) {
    if (endpoint.listener >= 0) return UniqueFd(endpoint.listener);
    return endpoint.method == Method::UnixListen ? listen_unix(endpoint.path)
                                                 : listen_vsock(endpoint.path);
}

}  // namespace hypnos::agent
