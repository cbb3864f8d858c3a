// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Sessions with the two peers a guest has on the host: the agent in the guest (a socket chardev of
// QEMU, or the socket of an agent started with unix-listen) and QEMU itself (QMP).
//
// Both are asynchronous on the given context and belong to the thread that iterates it. Callbacks
// come from the loop, never from inside a call, and may destroy the session; destroying it drops
// what is pending without calling back. The context must outlive the session.
//
// Times are limits of CLOCK_MONOTONIC: it stands still while the host sleeps, and so does the peer.
// Errors: Unreachable (nobody listens, nobody answers, or the connection ended), TimedOut (a call
// got no reply within its limit), and those the peer sends. The peer is not trusted: its texts
// reach the caller as they are and must be escaped before a terminal sees them.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/message.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos {

class SessionCore;
struct SessionUser;

/// One user's view of a connection: its own handlers, opens and calls. Several may share one, as a
/// socket of QEMU serves one client only. The connection ends with its last user.
class Session {
  public:
    using OpenDone = std::function<void(Result<void>)>;
    using CallDone = std::function<void(Result<Json>)>;

    HYPNOS_API Session(Session&& other) noexcept;
    HYPNOS_API Session& operator=(Session&& other) noexcept;
    HYPNOS_API ~Session();

    /// Another user of the same connection.
    [[nodiscard]] HYPNOS_API Session share() const;

    /// Connects unless connected, then makes sure that the peer answers. An agent that is open
    /// already is synchronised anew, which is due when the guest slept: bytes may have been lost.
    /// A second open of one user replaces its first, which never calls back.
    HYPNOS_API void open(std::chrono::milliseconds limit, OpenDone done);

    /// `arguments` null: none are sent.
    HYPNOS_API void call(const std::string& command, const Json& arguments,
                         std::chrono::milliseconds limit, CallDone done);

    /// Events come from the moment of connecting, also while the session is not open.
    HYPNOS_API void on_event(std::function<void(const Event&)> handler);
    /// The connection ended, when no open was under way (that one tells its own caller).
    HYPNOS_API void on_closed(std::function<void(const Error&)> handler);

    /// Drops this user's handlers and whatever it waits for, without calling back. The connection
    /// stays.
    HYPNOS_API void abandon();

    /// There is a connection; whether anybody serves it only open() tells.
    [[nodiscard]] HYPNOS_API bool is_connected() const;
    [[nodiscard]] HYPNOS_API bool is_open() const;

    explicit Session(std::shared_ptr<SessionCore> core);  ///< for the library itself

  private:
    std::shared_ptr<SessionCore> core_;
    std::shared_ptr<SessionUser> user_;
};

/// open() resets the agent's parser (0xFF), asks for a guest-sync-delimited with a random number,
/// and asks again, ever more slowly, until an answer carries one of the numbers: a guest that is
/// waking may lose some. A QEMU chardev serves one client; a second one connects and hears nothing.
class AgentSession : public Session {
  public:
    HYPNOS_API AgentSession(GMainContext* context, const std::string& path);
};

/// open() waits for QEMU's greeting and leaves the negotiation mode.
class QmpSession : public Session {
  public:
    HYPNOS_API QmpSession(GMainContext* context, const std::string& path);
};

}  // namespace hypnos
