// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// RAII over the GLib main loop. A Source is a member of what it serves; destroying it stops the
// callback, also from inside the callback. `context` null is the default main context. A source and
// its callback belong to the thread that iterates that context.

#pragma once

#include <glib-unix.h>
#include <glib.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "glib/unique_fd.hpp"

namespace hypnos::glib {

using Callback = std::function<void()>;

class [[nodiscard]] Source {
  public:
    using Stop = void (*)(void* held);

    Source() = default;
    /// For the functions below: `stop(held)` ends the callbacks and frees.
    Source(void* held, Stop stop) : held_(held, stop) {}
    Source(Source&& other) noexcept = default;
    Source& operator=(Source&& other) noexcept {
        Source(std::move(other)).held_.swap(held_);
        return *this;
    }

    void reset() { Source().held_.swap(held_); }
    explicit operator bool() const { return held_ != nullptr; }

  private:
    std::unique_ptr<void, Stop> held_{nullptr, nullptr};
};

/// Calls back while `fd` is ready for `condition`, until the Source is destroyed. Borrows the fd.
Source watch(GMainContext* context, int fd, GIOCondition condition, Callback callback);

/// How often watch() was called, by any thread: descriptors' numbers are used again, so a set of the
/// same numbers may be of others.
std::uint64_t watches_made();

/// Calls back once, after `delay` of CLOCK_MONOTONIC, which stands still while the machine sleeps.
Source after(GMainContext* context, std::chrono::milliseconds delay, Callback callback);

/// Calls back again and again, every `period` of CLOCK_MONOTONIC.
Source every(GMainContext* context, std::chrono::milliseconds period, Callback callback);

/// Calls back once, from the next iteration of the loop.
Source soon(GMainContext* context, Callback callback);

/// Calls back for each delivery of a signal; SIGHUP, SIGINT, SIGTERM, SIGUSR1 or SIGUSR2.
Source on_signal(GMainContext* context, int signal_number, Callback callback);

/// Edge-triggered watch: calls back when something about `fd` changes (data, room, hang-up, and the
/// end of a hang-up), never again for what merely stays as it is. This is how a virtio port with no
/// host attached, whose poll(2) reports POLLHUP for ever, costs no wakeup: epoll_ctl(2), EPOLLET.
/// The callback must look at the fd's state afresh and read and write until EAGAIN. Borrows the fd.
class EdgeWatch {
  public:
    EdgeWatch(GMainContext* context, int fd, Callback callback);

  private:
    UniqueFd epoll_;
    Source source_;
};

}  // namespace hypnos::glib
