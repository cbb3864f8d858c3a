// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace hypnos::agent {
namespace {

/// A peer that does not read is not read from either.
constexpr std::size_t kOutputLimit = 256 * 1024;

/// Reads in one go, so that a flood cannot keep signals and other hosts waiting.
constexpr int kReadsAtOnce = 32;

bool hung_up(int fd) {
    pollfd state{fd, POLLIN | POLLOUT, 0};
    poll(&state, 1, 0);
    return (state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

bool try_again(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Connection::Connection(UniqueFd fd, Kind kind, Handlers handlers)
    : fd_(std::move(fd)), kind_(kind), handlers_(std::move(handlers)) {
    edges_.emplace(nullptr, fd_.get(), [this] { look(); });
}

void Connection::look() {
    if (!edges_) return;
    later_.reset();
    const bool gone = hung_up(fd_.get());
    if (!gone) attached_ = true;
    if (!write_output()) return;
    // A host that has gone may have left bytes behind.
    if (attached_ || gone) receive();
}

void Connection::send(std::string_view bytes) {
    if (!attached_) return;
    output_ += bytes;
    write_output();
}

/// False if the connection has ended.
bool Connection::write_output() {
    while (attached_ && !output_.empty()) {
        const ssize_t size = write(fd_.get(), output_.data(), output_.size());
        if (size < 0) {
            if (try_again(errno)) return true;
            return end(), false;
        }
        output_.erase(0, static_cast<std::size_t>(size));
    }
    if (output_.capacity() > kOutputLimit) output_.shrink_to_fit();
    if (!reading_) return end(), false;
    if (attached_) handlers_.drained();
    return true;
}

void Connection::receive() {
    for (int i = 0; i < kReadsAtOnce; ++i) {
        if (output_.size() > kOutputLimit || !receive_chunk()) return;
    }
    later_ = glib::soon(nullptr, [this] { look(); });
}

/// False when there is nothing more to read for now, or ever.
bool Connection::receive_chunk() {
    if (!reading_) return false;
    std::array<char, 4096> chunk;
    const ssize_t size = read(fd_.get(), chunk.data(), chunk.size());
    if (size > 0) {
        attached_ = true;
        handlers_.received({chunk.data(), static_cast<std::size_t>(size)});
        return true;
    }
    if (size == 0) return detach(), false;
    if (!try_again(errno)) end();
    return false;
}

/// The end of input: of this host on a device, of the connection on a socket.
void Connection::detach() {
    if (kind_ == Kind::Stream) return stop_reading();
    output_.clear();
    if (std::exchange(attached_, false)) handlers_.detached();
}

/// A peer may close its sending side and wait for the answers.
void Connection::stop_reading() {
    reading_ = false;
    if (!output_pending() || hung_up(fd_.get())) end();
}

void Connection::end() {
    attached_ = false;
    reading_ = false;
    edges_.reset();
    // Later, because we may be deep inside a handler of the object that owns us.
    later_ = glib::soon(nullptr, handlers_.ended);
}

}  // namespace hypnos::agent
