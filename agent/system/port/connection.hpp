// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Bytes to and from one host: over a device that a host attaches to and leaves, or over a socket
// that ends with its peer. Edge-triggered: a device with no host attached costs nothing.
//
// What Linux's virtio_console does, seen on 6.1: without a host, read gives 0 and write EAGAIN; the
// first bytes of a host can be there before the driver says that it is; a host that leaves while
// the machine sleeps makes no edge, so call look() after a sleep; a host that leaves and is
// followed by another at once shows as no more than room to write, or as a port without a host that
// has bytes: the new one's.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "glib/source.hpp"

namespace hypnos::agent {

class Connection {
  public:
    enum class Kind { Device, Stream };

    struct Handlers {
        std::function<void(std::string_view)> received;
        std::function<void()> drained;    ///< a host is there and all output has left
        std::function<void()> detached;   ///< the host has gone; a device waits for the next one
        std::function<bool()> reply_due;  ///< may be empty; an answer is to come for a peer that
                                          ///< sends no more
        std::function<bool()> held;       ///< may be empty; while it says so nothing is read; call
                                          ///< look() when it does not any more
        std::function<void()> ended;      ///< nothing more will come; may destroy this Connection;
                                          ///< called from the main loop, not from send()
    };

    Connection(UniqueFd fd, Kind kind, Handlers handlers);

    /// Looks at the descriptor's state afresh, and reads and writes what can be.
    void look();

    /// Sends, now as far as there is room, the rest later. Without a host it is dropped.
    void send(std::string_view bytes);

    [[nodiscard]] bool attached() const { return peer_ == Peer::Attached; }
    /// So much waits for this peer to read that it should not be answered more.
    [[nodiscard]] bool congested() const;
    [[nodiscard]] bool output_pending() const { return left_ < output_.size(); }

  private:
    /// Arriving: it has sent something, and cannot be written to yet.
    enum class Peer { Absent, Arriving, Attached };

    bool write_output();
    void drop_output_that_left();
    [[nodiscard]] bool stopped() const;
    void receive();
    bool receive_chunk();
    void stop_reading();
    bool end_if_done();
    void detach();
    void leave();
    void await_arrival();
    void end();

    UniqueFd fd_;
    Kind kind_;
    Handlers handlers_;
    Peer peer_ = Peer::Absent;
    bool reading_ = true;
    std::string output_;
    std::size_t left_ = 0;                  ///< of output_, what the peer has already
    std::optional<glib::EdgeWatch> edges_;  ///< none once the connection has ended
    glib::Source later_, arrival_limit_;
};

}  // namespace hypnos::agent
