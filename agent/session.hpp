// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The protocol on one connection: requests in, replies and events out.
//
// Replies come in the order of the requests; one that takes its time (hold()) keeps later requests of
// its connection waiting, and no others. Three come when they are known, and later requests (a
// guest-sync) are answered meanwhile: a suspend's, which waits for the hooks, a preflight's, a
// rehearsal's. A late error of theirs without an `id` is sent only while nothing else was answered
// since, or a client could take it for the reply to something else; and nothing is ever sent to
// another host than the one that asked.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "agent/core/event_log.hpp"
#include "agent/system/port/connection.hpp"
#include "hypnos/protocol/framer.hpp"

namespace hypnos::agent {

/// org.qemu.guest_agent.0: clients may take any line for their reply, so events only after
/// hypnos-subscribe and never behind a guest-sync-delimited. org.hypnos.power.0: events from the
/// start.
enum class Role { Qemu, Power };

class Session;

/// Who asked: enough to reply later, or to find that this host is no longer there.
struct Caller {
    std::uint64_t session = 0;
    std::uint64_t serial = 0;
    std::optional<Json> id;
};

/// What a command answers: a value, nothing (now or ever), or an error.
using CommandResult = Result<std::optional<Json>>;

class Session {
  public:
    using Execute = std::function<CommandResult(const Request& request, Session& session,
                                                const Caller& caller)>;

    struct Deps {
        std::uint64_t number = 0;  ///< of this session, unique in the process
        Role role = Role::Qemu;
        std::size_t message_bytes = limits::kMessageBytes;
        const EventLog& events;
        Execute execute;
        std::function<void()> drained;  ///< all output has left
        std::function<void()> ended;
    };

    Session(UniqueFd fd, Connection::Kind kind, Deps deps);

    void look() { connection_.look(); }

    /// Nothing of this host's is looked at until reply() to `caller`.
    void hold(const Caller& caller) { held_for_ = caller.serial; }

    /// The reply that `caller` still waits for, if it does.
    void reply(const Caller& caller, const CommandResult& result);

    /// The request in progress will be answered by silence unless it fails: events may flow.
    void expect_silence();

    /// Events above `since`, or from now on; all of them if `since` is no number of this boot.
    void subscribe(std::optional<std::int64_t> since);
    void unsubscribe() { subscribed_ = false; }
    /// The next reply has 0xFF in front: guest-sync-delimited.
    void delimit_next_reply() { delimit_ = true; }

    /// Sends what subscribers have not yet got, as far as there is room.
    void send_events();

    [[nodiscard]] bool output_pending() const { return connection_.output_pending(); }

  private:
    void received(std::string_view bytes);
    void take_texts();
    void send_result(const Caller& caller, const CommandResult& result);
    std::optional<Result<std::string>> next_text();
    void handle(Result<std::string> text);
    void answer(const Json& message);
    void send_reply(const Json& reply);
    [[nodiscard]] const EventLog::Entry* next_event() const;
    void send_event(const EventLog::Entry& entry);
    void drained();
    void detached();
    void start_over();

    Deps deps_;
    Framer framer_;
    std::uint64_t serial_ = 0;    ///< of the last request
    std::uint64_t oldest_ = 0;    ///< first serial of the host that is attached now
    std::uint64_t held_for_ = 0;  ///< the serial whose reply all else waits for, or 0
    bool subscribed_ = false;
    bool delimit_ = false;
    bool hold_events_ = false;  ///< between a delimited sync and the next reply
    int replies_due_ = 0;       ///< to this host, from commands that answer later
    bool taking_texts_ = false;
    bool sending_events_ = false;
    std::int64_t sent_seq_ = 0;     ///< the last event that has left
    std::int64_t leaving_seq_ = 0;  ///< the one in the output buffer, or 0
    Connection connection_;
};

}  // namespace hypnos::agent
