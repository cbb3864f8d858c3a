// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/message_stream.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "glib/hub.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos {
namespace {

constexpr std::size_t kReadBytes = 16384;
constexpr int kTextsPerTurn = 64;  // texts that are no JSON and cost only time

std::optional<Json> decode(const Result<std::string>& text) {
    if (!text) return std::nullopt;
    Result<Json> message = read_json(*text);
    if (!message) return std::nullopt;
    return *std::move(message);
}

}  // namespace

MessageStream::MessageStream(GMainContext* context, UniqueFd fd, std::string name,
                             Listener& listener)
    : context_(context), fd_(std::move(fd)), name_(std::move(name)), listener_(listener) {
    readable_ = glib::hub::watch(context_, fd_.get(), G_IO_IN, [this] { turn(); });
}

// Whatever calls the listener is the last thing done here: afterwards `this` may be gone.
void MessageStream::turn() {
    more_.reset();
    if (drained_ && !receive()) return;
    for (int i = 0; i < kTextsPerTurn; ++i) {
        const std::optional<Result<std::string>> text = framer_.next();
        drained_ = !text;
        if (drained_) return;
        if (const std::optional<Json> message = decode(*text)) {
            go_on_soon();
            listener_.message(*message);
            return;
        }
    }
    go_on_soon();
}

void MessageStream::go_on_soon() {
    drained_ = !framer_.has_more();
    if (!drained_) more_ = glib::hub::soon(context_, [this] { turn(); });
}

bool MessageStream::receive() {
    std::array<char, kReadBytes> buffer;
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
        framer_.push({buffer.data(), static_cast<std::size_t>(got)});
        return true;
    }
    if (got == 0)
        end(0);
    else if (errno != EAGAIN && errno != EINTR)
        end(errno);
    return false;
}

void MessageStream::end(int error) {
    readable_.reset();
    writable_.reset();
    const std::string why = error == 0 ? "the other side ended the connection" : g_strerror(error);
    listener_.closed(Error{ErrorCode::Unreachable, name_ + ": " + why});
}

Result<void> MessageStream::send(std::string_view bytes) {
    if (output_.size() + bytes.size() > kOutputBytes)
        return fail(ErrorCode::Unreachable, name_ + ": the other side does not read");
    output_ += bytes;
    flush();
    return {};
}

void MessageStream::flush() {
    const ssize_t sent = ::send(fd_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (sent > 0) output_.erase(0, static_cast<std::size_t>(sent));
    const bool wait = sent > 0 || errno == EAGAIN || errno == EINTR;
    if (!wait) output_.clear();  // the connection has ended; reading will tell
    if (output_.empty())
        writable_.reset();
    else if (!writable_)
        writable_ = glib::hub::watch(context_, fd_.get(), G_IO_OUT, [this] { flush(); });
}

}  // namespace hypnos
