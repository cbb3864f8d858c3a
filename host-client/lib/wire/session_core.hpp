// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What sessions have in common: a connection, a handshake with a deadline, calls matched by id, and
// events. What tells them apart is the handshake.

#pragma once

#include <optional>
#include <string>

#include "glib/source.hpp"
#include "hypnos/session.hpp"
#include "wire/message_stream.hpp"
#include "wire/pending_calls.hpp"

namespace hypnos {

class SessionCore : private MessageStream::Listener {
  public:
    SessionCore(GMainContext* context, std::string path);
    virtual ~SessionCore() = default;

    void open(std::chrono::milliseconds limit, Session::OpenDone done);
    void call(const std::string& command, const Json& arguments, std::chrono::milliseconds limit,
              Session::CallDone done);
    void abandon();

    [[nodiscard]] bool is_connected() const { return stream_.has_value(); }
    [[nodiscard]] bool is_open() const { return open_; }

    std::function<void(const Event&)> on_event;
    std::function<void(const Error&)> on_closed;

  protected:
    /// There is a connection, old or new: begin the handshake.
    virtual void begin() = 0;
    /// A message that is no event and no reply to a call, while the handshake is under way.
    virtual void handshake(const Json& message) = 0;
    /// The handshake is over, well or not.
    virtual void stop() = 0;
    /// The error of a handshake that nobody answered.
    [[nodiscard]] virtual std::string silence() const = 0;

    /// Drops the connection and what is pending on it, without calling back.
    void disconnect();

    /// Ends the handshake; may destroy this.
    void finish_opening(const Result<void>& result);
    void finish_opening_later(const Result<void>& result);

    [[nodiscard]] MessageStream& stream() { return *stream_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] GMainContext* context() const { return context_; }

  private:
    using Listener = MessageStream::Listener;
    struct Opening {
        Session::OpenDone done;
        glib::Source timer;
    };

    void message(const Json& message) override;
    void closed(const Error& error) override;
    Result<void> connect();

    GMainContext* context_;
    std::string path_;
    std::optional<MessageStream> stream_;
    std::optional<Opening> opening_;
    bool open_ = false;
    PendingCalls calls_;
};

}  // namespace hypnos
