// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Carries bytes between a socket and a stream of libvirt until either ends.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/limits.hpp"
#include "libvirt/link.hpp"

namespace hypnos::libvirt {

/// Lives on the event thread, by itself.
class Bridge : public std::enable_shared_from_this<Bridge> {
  public:
    /// To the guest: what it has not taken; more stays in the socket.
    static constexpr std::size_t kToGuest = std::size_t{64} * 1024;
    /// Writes that may wait for a sign of life. A guest that sleeps reads nothing; libvirtd 9.0 with
    /// eighty small writes that a guest has not read no longer reads from us, either.
    static constexpr int kUnanswered = 32;
    /// From the guest. libvirt takes a stream's packets off the wire whether they are wanted or not,
    /// and keeps them without a limit (libvirt 9.0, virnetclientstream.c). So all are fetched, and
    /// a guest that sends more than this unread is cut off.
    static constexpr std::size_t kFromGuest = 4 * limits::kMessageBytes;

    /// Any thread. `stream` and `fd` do not block; `link` is the stream's.
    static void start(std::shared_ptr<Link> link, Handle<virStream> stream, UniqueFd fd);

    Bridge(std::shared_ptr<Link> link, Handle<virStream> stream, UniqueFd fd)
        : link_(std::move(link)), stream_(std::move(stream)), fd_(std::move(fd)) {}

  private:
    using Self = std::shared_ptr<Bridge>;

    void watch();
    void turn();
    void lose();
    void read_stream();
    void write_socket();
    void read_socket();
    void write_stream();
    void want_more();
    [[nodiscard]] bool may_write() const { return !to_guest_.empty() && unanswered_ < kUnanswered; }
    [[nodiscard]] bool over() const;
    void finish();

    std::shared_ptr<Link> link_;
    Handle<virStream> stream_;
    UniqueFd fd_;
    int watch_ = -1;
    std::unique_ptr<Listening> listening_;
    std::string to_guest_, from_guest_;
    int unanswered_ = 0;
    bool guest_ended_ = false, user_ended_ = false;
    bool broken_ = false;  // nothing can be delivered any more
};

}  // namespace hypnos::libvirt
