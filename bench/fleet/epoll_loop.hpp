// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A loop for the benchmark's own ends: as cheap as one can be, and not the one that is measured.

#pragma once

#include <sys/epoll.h>

#include <array>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "glib/unique_fd.hpp"

namespace hypnos::fleet {

class EpollLoop {
  public:
    using Handler = std::function<void()>;

    /// Calls `handler` while `fd` can be read.
    void add(int fd, Handler handler) {
        handlers_[fd] = std::make_shared<Handler>(std::move(handler));
        control(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
    /// Before `fd` is closed; also from its own handler.
    void remove(int fd) {
        control(EPOLL_CTL_DEL, fd, 0);
        handlers_.erase(fd);
    }
    void pause(int fd) { control(EPOLL_CTL_MOD, fd, 0); }
    void go_on(int fd) { control(EPOLL_CTL_MOD, fd, EPOLLIN); }

    /// Waits for something to read and handles what there is.
    void turn() {
        const int ready = epoll_wait(epoll_.get(), events_.data(), kEvents, -1);
        for (int i = 0; i < ready; ++i) {
            const auto found = handlers_.find(events_[static_cast<std::size_t>(i)].data.fd);
            if (found == handlers_.end()) continue;
            const std::shared_ptr<Handler> handler = found->second;
            (*handler)();
        }
    }

  private:
    static constexpr int kEvents = 256;

    void control(int operation, int fd, unsigned events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        epoll_ctl(epoll_.get(), operation, fd, &event);
    }

    UniqueFd epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::array<epoll_event, kEvents> events_{};
    std::unordered_map<int, std::shared_ptr<Handler>> handlers_;
};

}  // namespace hypnos::fleet
