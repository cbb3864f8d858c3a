// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/port/connection.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace hypnos::agent {
namespace {

/// A peer that does not read is not read from either.
constexpr std::size_t kOutputLimit = std::size_t{256} * 1024;

/// Reads in one go, so that a flood cannot keep signals and other hosts waiting.
constexpr int kReadsAtOnce = 32;

/// From a host's first byte to the driver's word that it is there.
constexpr std::chrono::milliseconds kArrivalLimit{300};

int poll_state(int fd) {
    pollfd state{fd, POLLIN | POLLOUT, 0};
    poll(&state, 1, 0);
    return state.revents;
}

bool hung_up(int fd) { return (poll_state(fd) & (POLLHUP | POLLERR | POLLNVAL)) != 0; }

/// A terminal that has hung up says so by an error, a virtio port without a host does not.
bool broken(int fd) { return (poll_state(fd) & (POLLERR | POLLNVAL)) != 0; }

bool try_again(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Connection::Connection(UniqueFd fd, Kind kind, Handlers handlers)
    : fd_(std::move(fd)), kind_(kind), handlers_(std::move(handlers)) {
    edges_.emplace(nullptr, fd_.get(), [this] { look(); });
}

void Connection::look() {
    if (!edges_) return;
    later_.reset();
    if (!hung_up(fd_.get())) {
        peer_ = Peer::Attached;
        arrival_limit_.reset();
    }
    if (!write_output()) return;
    if (stopped() && kind_ == Kind::Device && hung_up(fd_.get())) return detach();
    if (congested() && hung_up(fd_.get())) return detach();
    receive();
}

void Connection::send(std::string_view bytes) {
    if (peer_ == Peer::Absent) return;
    output_ += bytes;
    write_output();
}

/// False if the connection has ended.
bool Connection::write_output() {
    while (attached() && output_pending()) {
        const ssize_t size = write(fd_.get(), output_.data() + left_, output_.size() - left_);
        if (size < 0) {
            if (try_again(errno)) return drop_output_that_left(), true;
            return end(), false;
        }
        left_ += static_cast<std::size_t>(size);
    }
    drop_output_that_left();
    if (attached()) handlers_.drained();
    return !end_if_done();
}

/// Now and then: moving the rest of a large reply for each little write would take seconds.
void Connection::drop_output_that_left() {
    if (left_ < output_.size() / 2) return;
    output_.erase(0, std::exchange(left_, 0));
    if (output_.capacity() > kOutputLimit) output_.shrink_to_fit();
}

bool Connection::stopped() const { return handlers_.held && handlers_.held(); }

bool Connection::congested() const { return output_.size() - left_ > kOutputLimit; }

void Connection::receive() {
    for (int i = 0; i < kReadsAtOnce; ++i) {
        if (stopped() || congested() || !receive_chunk()) return;
    }
    if (edges_) later_ = glib::soon(nullptr, [this] { look(); });
}

/// False when there is nothing more to read for now, or ever.
bool Connection::receive_chunk() {
    if (!reading_) return false;
    std::array<char, 4096> chunk;
    const ssize_t size = read(fd_.get(), chunk.data(), chunk.size());
    if (size > 0) {
        if (kind_ == Kind::Device && attached() && hung_up(fd_.get())) leave();
        if (peer_ == Peer::Absent) await_arrival();
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
    if (broken(fd_.get())) return end();
    if (peer_ == Peer::Attached) leave();
}

void Connection::leave() {
    peer_ = Peer::Absent;
    output_.clear();
    left_ = 0;
    handlers_.detached();
}

/// A host that has sent something is about to be attached, unless it has left again at once.
void Connection::await_arrival() {
    peer_ = Peer::Arriving;
    arrival_limit_ = glib::after(nullptr, kArrivalLimit, [this] { leave(); });
}

/// A peer may close its sending side and wait for the answers.
void Connection::stop_reading() {
    reading_ = false;
    end_if_done();
}

bool Connection::end_if_done() {
    if (reading_) return false;
    const bool done = !output_pending() && !(handlers_.reply_due && handlers_.reply_due());
    if (done || hung_up(fd_.get())) end();
    return done;
}

void Connection::end() {
    peer_ = Peer::Absent;
    reading_ = false;
    arrival_limit_.reset();
    edges_.reset();
    // Later, because we may be deep inside a handler of the object that owns us.
    later_ = glib::soon(nullptr, handlers_.ended);
}

}  // namespace hypnos::agent
