// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/session_core.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "glib/hub.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

/// Ends a user's opening; afterwards the user may be gone.
void finish(SessionUser& user, const Result<void>& result) {
    if (!user.opening) return;
    const SessionUser::Opening opening = *std::exchange(user.opening, std::nullopt);
    opening.done(result);
}

constexpr std::string_view kSilent = "silent";

Error silent_peer(const std::string& text) {
    return {ErrorCode::Unreachable, text, Json::object({{kSilent, true}})};
}

}  // namespace

bool is_silence(const Error& error) { return error.data[kSilent] == Json(true); }

SessionCore::SessionCore(GMainContext* context, std::unique_ptr<Connector> connector)
    : context_(context), connector_(std::move(connector)) {}

std::shared_ptr<SessionUser> SessionCore::add_user() {
    return users_.emplace_back(std::make_shared<SessionUser>(context_));
}

void SessionCore::remove(const std::shared_ptr<SessionUser>& user) {
    abandon(*user);
    users_.erase(std::find(users_.begin(), users_.end(), user));
}

void SessionCore::open(SessionUser& user, std::chrono::milliseconds limit, Session::OpenDone done) {
    user.opening.emplace();
    user.opening->done = std::move(done);
    if (open_ && !begins_anew()) {
        user.opening->timer = glib::hub::soon(context_, [&user] { finish(user, {}); });
        return;
    }
    user.opening->timer =
        glib::hub::after(context_, limit, [this, &user, limit] { opening_late(user, limit); });
    stream_ ? begin_handshake() : connect();
}

void SessionCore::connect() {
    if (std::exchange(connecting_, true)) return;
    connector_->connect([this](Result<UniqueFd> fd) { connected(std::move(fd)); });
}

void SessionCore::connected(Result<UniqueFd> fd) {
    connecting_ = false;
    if (!fd) return finish_handshake(fail(fd.error()));
    if (!anybody_waits()) return;
    MessageStream::Listener& listener = *this;
    stream_.emplace(context_, *std::move(fd), connector_->name(), listener);
    begin_handshake();
}

void SessionCore::begin_handshake() {
    if (!std::exchange(handshaking_, true)) begin();
}

void SessionCore::end_handshake() {
    handshaking_ = false;
    stop();
}

void SessionCore::finish_handshake(const Result<void>& result) {
    const auto self = shared_from_this();
    open_ = result.has_value();
    end_handshake();
    const Users users = users_;
    for (const auto& user : users) finish(*user, result);
}

void SessionCore::opening_late(SessionUser& user, std::chrono::milliseconds limit) {
    const SessionUser::Opening opening = *std::exchange(user.opening, std::nullopt);
    open_ = false;
    const Error error = silent_peer(connector_->name() + ": no answer within " + in_words(limit) +
                                    ": " + silence());
    if (!anybody_waits()) end_handshake();
    opening.done(tl::unexpected(error));
}

bool SessionCore::anybody_waits() const {
    return std::any_of(users_.begin(), users_.end(),
                       [](const auto& user) { return user->opening.has_value(); });
}

void SessionCore::call(SessionUser& user, const std::string& command, const Json& arguments,
                       std::chrono::milliseconds limit, Session::CallDone done) {
    const auto silence = [this, command, limit] {
        return connector_->name() + ": no reply to " + command + " within " + in_words(limit);
    };
    const std::int64_t id = user.calls.add(limit, silence, std::move(done));
    if (!stream_) return user.calls.fail_later(id, not_connected());
    const std::string line = make_request(command, arguments, Json(id)).dump() + "\n";
    if (const Result<void> sent = stream_->send(line); !sent)
        user.calls.fail_later(id, sent.error());
}

void SessionCore::disconnect() {
    stream_.reset();
    for (const auto& user : users_) user->calls.fail_all_later(not_connected());
}

Error SessionCore::not_connected() const {
    return {ErrorCode::Unreachable, connector_->name() + ": not connected"};
}

void SessionCore::abandon(SessionUser& user) {
    const bool waited = user.opening.has_value();
    user.clear();
    if (waited && !anybody_waits()) end_handshake();
}

void SessionCore::message(const Json& message) {
    const auto self = shared_from_this();
    if (const std::optional<Event> event = parse_event(message)) return event_came(*event);
    const std::optional<std::int64_t> id = message["id"].integer();
    const auto waits = [id](const auto& user) { return id && user->calls.waits_for(*id); };
    if (const auto found = std::find_if(users_.begin(), users_.end(), waits);
        found != users_.end()) {
        const auto user = *found;
        user->calls.finish(*id, parse_reply(message));
    } else if (handshaking_) {
        handshake(message);
    }
}

void SessionCore::event_came(const Event& event) {
    const Users users = users_;
    for (const auto& user : users) {
        const auto handler = user->on_event;
        if (handler) handler(event);
    }
}

void SessionCore::closed(const Error& error) {
    const auto self = shared_from_this();
    stream_.reset();
    open_ = false;
    if (handshaking_) end_handshake();
    const Users users = users_;
    for (const auto& user : users) {
        user->calls.fail_all_later(error);
        if (user->opening) {
            finish(*user, tl::unexpected(error));
            continue;
        }
        const auto handler = user->on_closed;
        if (handler) handler(error);
    }
}

}  // namespace hypnos
