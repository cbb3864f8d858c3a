// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where the agent meets a host: the four methods of qemu-ga's -m option, and how to open each.

#pragma once

#include <array>
#include <string>
#include <string_view>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

enum class Method { VirtioSerial, IsaSerial, UnixListen, VsockListen };

inline constexpr std::array<std::string_view, 4> kMethodNames = {"virtio-serial", "isa-serial",
                                                                 "unix-listen", "vsock-listen"};

struct Endpoint {
    Method method = Method::VirtioSerial;
    std::string path;   ///< device, socket, or "CID:PORT" ("-1" or "any" for whatever CID we have)
    int listener = -1;  ///< it listens already
};

/// A device is one connection that hosts attach to; a listener makes a connection for each peer.
[[nodiscard]] inline bool is_device(Method method) {
    return method == Method::VirtioSerial || method == Method::IsaSerial;
}

/// Opens the device, non-blocking; a terminal is set to raw. Errors name what to do.
[[nodiscard]] Result<UniqueFd> open_device(const Endpoint& endpoint);

/// Binds and listens. A socket that nobody listens on any more is replaced.
[[nodiscard]] Result<UniqueFd> listen_on(const Endpoint& endpoint);

}  // namespace hypnos::agent
