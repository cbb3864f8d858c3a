// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What sessions have in common: a connection, its users, a handshake, calls matched by id, and
// events. What tells sessions apart is the handshake.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glib/source.hpp"
#include "hypnos/session.hpp"
#include "wire/connector.hpp"
#include "wire/message_stream.hpp"
#include "wire/pending_calls.hpp"

namespace hypnos {

/// What one Session has on the connection.
struct SessionUser {
    explicit SessionUser(GMainContext* context) : calls(context) {}

    struct Opening {
        Session::OpenDone done;
        glib::Source timer;
    };

    /// Drops everything without calling back.
    void clear() {
        on_event = nullptr;
        on_closed = nullptr;
        calls.clear();
        opening.reset();
    }

    std::function<void(const Event&)> on_event;
    std::function<void(const Error&)> on_closed;
    std::optional<Opening> opening;
    PendingCalls calls;
};

class SessionCore : public std::enable_shared_from_this<SessionCore>,
                    private MessageStream::Listener {
  public:
    SessionCore(GMainContext* context, std::unique_ptr<Connector> connector);
    virtual ~SessionCore() = default;

    [[nodiscard]] std::shared_ptr<SessionUser> add_user();
    void remove(const std::shared_ptr<SessionUser>& user);

    void open(SessionUser& user, std::chrono::milliseconds limit, Session::OpenDone done);
    void call(SessionUser& user, const std::string& command, const Json& arguments,
              std::chrono::milliseconds limit, Session::CallDone done);
    void abandon(SessionUser& user);

    [[nodiscard]] bool is_connected() const { return stream_.has_value(); }
    [[nodiscard]] bool is_open() const { return open_; }

  protected:
    /// There is a connection: begin the handshake.
    virtual void begin() = 0;
    /// Whether an open session needs a handshake when somebody opens it again.
    [[nodiscard]] virtual bool begins_anew() const = 0;
    /// A message that is no event and no reply to a call, while the handshake is under way.
    virtual void handshake(const Json& message) = 0;
    /// The handshake is over, well or not.
    virtual void stop() = 0;
    /// The error of a handshake that nobody answered.
    [[nodiscard]] virtual std::string silence() const = 0;

    /// Drops the connection and fails what is pending on it.
    void disconnect();

    /// Tells all who wait for it how the handshake ended; may destroy this.
    void finish_handshake(const Result<void>& result);

    [[nodiscard]] MessageStream& stream() { return *stream_; }
    [[nodiscard]] GMainContext* context() const { return context_; }

  private:
    using Users = std::vector<std::shared_ptr<SessionUser>>;

    void message(const Json& message) override;
    void closed(const Error& error) override;
    void event_came(const Event& event);
    void connect();
    void connected(Result<UniqueFd> fd);
    void begin_handshake();
    void end_handshake();
    void opening_late(SessionUser& user, std::chrono::milliseconds limit);
    [[nodiscard]] bool anybody_waits() const;
    [[nodiscard]] Error not_connected() const;

    GMainContext* context_;
    std::unique_ptr<Connector> connector_;
    std::optional<MessageStream> stream_;
    Users users_;
    bool connecting_ = false, handshaking_ = false, open_ = false;
};

/// Somebody listens, and did not answer within the limit of an open().
[[nodiscard]] bool is_silence(const Error& error);

/// Sessions over any connector; those of the public header go over UNIX sockets.
[[nodiscard]] Session agent_session(GMainContext* context, std::unique_ptr<Connector> connector);

}  // namespace hypnos
