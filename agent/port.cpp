// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/port.hpp"

#include <linux/vm_sockets.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace hypnos::agent {
namespace {

/// Between losing a device and looking for it again: udev takes a moment to tidy up.
constexpr std::chrono::milliseconds kReopenDelay{500};

constexpr std::chrono::seconds kAcceptAgain{1};

std::optional<sockaddr_vm> vsock_address(int (*get)(int, sockaddr*, socklen_t*), int fd) {
    sockaddr_vm address{};
    socklen_t size = sizeof address;
    get(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return address.svm_family == AF_VSOCK ? std::optional(address) : std::nullopt;
}

/// On vsock anybody in the guest could call; only the host may, unless we listen on the loopback.
bool may_speak(int peer, int listener) {
    const std::optional<sockaddr_vm> caller = vsock_address(getpeername, peer);
    if (!caller || caller->svm_cid == VMADDR_CID_HOST) return true;
    const std::optional<sockaddr_vm> here = vsock_address(getsockname, listener);
    return here && here->svm_cid == VMADDR_CID_LOCAL;
}

}  // namespace

Port::Port(Endpoint endpoint, Opened opened)
    : endpoint_(std::move(endpoint)), opened_(std::move(opened)) {}

Result<void> Port::open() {
    if (!is_device(endpoint_.method)) return listen();
    try_device();
    return {};
}

Result<void> Port::listen() {
    Result<UniqueFd> listener = listen_on(endpoint_);
    if (!listener) return fail(listener.error());
    listener_ = *std::move(listener);
    watch_listener();
    return {};
}

void Port::watch_listener() {
    listening_ = glib::watch(nullptr, listener_.get(), G_IO_IN, [this] { accept(); });
}

/// What keeps us from accepting, such as too many open files, does not go at once.
void Port::rest() {
    listening_.reset();
    later_ = glib::after(nullptr, kAcceptAgain, [this] { watch_listener(); });
}

void Port::accept() {
    UniqueFd peer(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!peer && errno != EAGAIN && errno != EINTR) return rest();
    if (peer && may_speak(peer.get(), listener_.get()))
        opened_(std::move(peer), Connection::Kind::Stream, [] {});
}

/// Watches before it tries, so that a device that comes in between is not missed.
void Port::try_device() {
    path_watch_.arm(endpoint_.path, [this] { try_device(); });
    Result<UniqueFd> device = open_device(endpoint_);
    if (!device) {
        if (std::exchange(last_complaint_, device.error().message) != device.error().message)
            g_message("%s; waiting for it", device.error().message.c_str());
        return;
    }
    path_watch_.disarm();
    last_complaint_.clear();
    opened_(*std::move(device), Connection::Kind::Device, [this] {
        g_message("%s is gone; waiting for it", endpoint_.path.c_str());
        later_ = glib::after(nullptr, kReopenDelay, [this] { try_device(); });
    });
}

}  // namespace hypnos::agent
