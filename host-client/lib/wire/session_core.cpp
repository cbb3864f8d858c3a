// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/session_core.hpp"

#include <utility>

#include "text.hpp"
#include "wire/unix_socket.hpp"

namespace hypnos {

SessionCore::SessionCore(GMainContext* context, std::string path)
    : context_(context), path_(std::move(path)), calls_(context) {}

Result<void> SessionCore::connect() {
    Result<UniqueFd> fd = connect_unix(path_);
    if (!fd) return fail(fd.error());
    Listener& listener = *this;
    stream_.emplace(context_, *std::move(fd), path_, listener);
    return {};
}

void SessionCore::open(std::chrono::milliseconds limit, Session::OpenDone done) {
    opening_ = Opening{std::move(done), {}};
    if (!stream_) {
        if (const Result<void> connected = connect(); !connected)
            return finish_opening_later(connected);
    }
    opening_->timer = glib::after(context_, limit, [this, limit] {
        finish_opening(fail(ErrorCode::Unreachable,
                            path_ + ": no answer within " + in_words(limit) + ": " + silence()));
    });
    begin();
}

void SessionCore::finish_opening_later(const Result<void>& result) {
    opening_->timer = glib::soon(context_, [this, result] { finish_opening(result); });
}

void SessionCore::finish_opening(const Result<void>& result) {
    if (!opening_) return;
    const Opening opening = *std::exchange(opening_, std::nullopt);
    open_ = result.has_value();
    stop();
    opening.done(result);
}

void SessionCore::call(const std::string& command, const Json& arguments,
                       std::chrono::milliseconds limit, Session::CallDone done) {
    const std::int64_t id = calls_.add(
        limit, path_ + ": no reply to " + command + " within " + in_words(limit), std::move(done));
    if (!stream_)
        return calls_.fail_later(id, Error{ErrorCode::Unreachable, path_ + ": not connected"});
    const std::string line = make_request(command, arguments, Json(id)).dump() + "\n";
    if (const Result<void> sent = stream_->send(line); !sent) calls_.fail_later(id, sent.error());
}

void SessionCore::disconnect() {
    stream_.reset();
    calls_.clear();
}

void SessionCore::abandon() {
    on_event = nullptr;
    on_closed = nullptr;
    calls_.clear();
    if (std::exchange(opening_, std::nullopt)) stop();
}

// Each way out calls somebody who may destroy this, and is the last thing done.
void SessionCore::message(const Json& message) {
    if (const std::optional<Event> event = parse_event(message)) {
        const auto handler = on_event;
        if (handler) handler(*event);
        return;
    }
    const std::optional<std::int64_t> id = message["id"].integer();
    if (id && calls_.finish(*id, parse_reply(message))) return;
    if (opening_) handshake(message);
}

void SessionCore::closed(const Error& error) {
    stream_.reset();
    open_ = false;
    calls_.fail_all_later(error);
    if (opening_) return finish_opening(tl::unexpected(error));
    const auto handler = on_closed;
    if (handler) handler(error);
}

}  // namespace hypnos
