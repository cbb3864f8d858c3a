// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/unix_socket.hpp"

#include <glib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <utility>

#include "glib/hub.hpp"
#include "wire/connector.hpp"

namespace hypnos {
namespace {

const char* advice(int error) {
    switch (error) {
        case ENOENT:
            return "the guest is not running, or the path is wrong";
        case ECONNREFUSED:
            return "nobody listens there: the guest is not running";
        case EACCES:
        case EPERM:
            return "run as the user of the virtual machine, or as root";
        case ENAMETOOLONG:
            return "a socket's path has at most 107 bytes";
        case EAGAIN:
            return "another client holds it";
        default:
            return "see whether the guest is running";
    }
}

Error unreachable(const std::string& path, int error) {
    return Error{ErrorCode::Unreachable,
                 "cannot connect to " + path + ": " + g_strerror(error) + "; " + advice(error)};
}

/// Invalid, with errno, if it cannot be connected.
UniqueFd connected(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    errno = ENAMETOOLONG;
    if (path.size() >= sizeof address.sun_path) return {};
    path.copy(address.sun_path, path.size());
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // A local stream socket connects at once or not at all: there is no EINPROGRESS.
    if (!fd || connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return fd;
    const int error = errno;
    fd = UniqueFd();
    errno = error;
    return {};
}

}  // namespace

Result<UniqueFd> connect_unix(const std::string& path) {
    UniqueFd fd = connected(path);
    if (fd) return fd;
    return fail(unreachable(path, errno));
}

bool is_abandoned(const std::string& path) {
    return !connected(path) && (errno == ENOENT || errno == ECONNREFUSED);
}

namespace {

class UnixConnector : public Connector {
  public:
    UnixConnector(GMainContext* context, std::string path)
        : context_(context), path_(std::move(path)) {}

    void connect(Done done) override {
        soon_ = glib::hub::soon(context_, [this, done = std::move(done)] {
            const Done call = done;  // which may destroy this
            call(connect_unix(path_));
        });
    }

    [[nodiscard]] std::string name() const override { return path_; }

  private:
    GMainContext* context_;
    std::string path_;
    glib::Source soon_;
};

}  // namespace

std::unique_ptr<Connector> unix_connector(GMainContext* context, const std::string& path) {
    return std::make_unique<UnixConnector>(context, path);
}

}  // namespace hypnos
