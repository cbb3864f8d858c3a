// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The host's end of a connection under test. A stream ends with its peer; a device is a datagram
// pair, where an empty datagram reads as 0 bytes, which is what a virtio port whose host has left
// gives, and the next datagram is the next host.

#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "agent/system/port/connection.hpp"
#include "glib/unique_fd.hpp"
#include "tests/support/main_loop.hpp"

namespace hypnos::test {

class Peer {
  public:
    explicit Peer(agent::Connection::Kind kind) {
        const bool device = kind == agent::Connection::Kind::Device;
        int ends[2];
        if (socketpair(AF_UNIX, (device ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
                       0, ends) != 0)
            std::abort();
        const int little =
            1;  // the kernel makes it a few kilobytes: room for a handful of datagrams
        if (device) setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
        here_ = UniqueFd(ends[0]);
        there_ = UniqueFd(ends[1]);
    }

    /// The end for the connection; once.
    UniqueFd take_other_end() { return std::move(there_); }

    /// False if there was no room for all of it.
    bool send(std::string_view bytes) const {
        return ::send(here_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    /// Devices only.
    void leave() const { ::send(here_.get(), "", 0, MSG_NOSIGNAL); }

    void close() { here_ = UniqueFd(); }
    void close_sending_side() const { shutdown(here_.get(), SHUT_WR); }

    /// Reads what has arrived.
    void read() {
        std::array<char, 65536> chunk;
        ssize_t size = 0;
        while ((size = recv(here_.get(), chunk.data(), chunk.size(), 0)) > 0)
            received_.append(chunk.data(), static_cast<std::size_t>(size));
        if (size == 0) hung_up_ = true;
    }

    /// All that has been read since the last take().
    [[nodiscard]] const std::string& received() const { return received_; }
    std::string take() { return std::exchange(received_, {}); }
    [[nodiscard]] bool hung_up() const { return hung_up_; }

    /// Turns the loop until `count` lines have come; then all that came.
    std::string take_lines(std::size_t count) {
        const bool came = run_until([this, count] {
            read();
            return lines() >= count;
        });
        return (came ? "" : "(too few lines) ") + take();
    }

    /// Turns the loop until nothing is ready; then all that came.
    std::string take_now() {
        run_until_quiet();
        read();
        return take();
    }

  private:
    [[nodiscard]] std::size_t lines() const {
        std::size_t count = 0;
        for (const char c : received_) count += c == '\n' ? 1 : 0;
        return count;
    }

    UniqueFd here_, there_;
    std::string received_;
    bool hung_up_ = false;
};

}  // namespace hypnos::test
