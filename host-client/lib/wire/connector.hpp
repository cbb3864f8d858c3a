// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// How a session comes to a connection with its peer: a UNIX socket here, a channel of libvirt there.
// What it hands out is always a non-blocking stream socket.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos {

class Connector {
  public:
    using Done = std::function<void(Result<UniqueFd>)>;

    /// Destroyed, it never calls back.
    virtual ~Connector() = default;

    /// Calls back once, from the loop, never from inside. Errors are Unreachable, with a text that
    /// names the peer and what to do. `done` may destroy the connector. One connect at a time.
    virtual void connect(Done done) = 0;

    /// The peer, as it stands in errors: a path, or "DOMAIN org.hypnos.power.0".
    [[nodiscard]] virtual std::string name() const = 0;
};

/// Connects to a UNIX stream socket.
[[nodiscard]] std::unique_ptr<Connector> unix_connector(GMainContext* context,
                                                        const std::string& path);

}  // namespace hypnos
