// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/pollable_context.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <utility>

#include "glib/source.hpp"

namespace hypnos::capi {
namespace {

static_assert(G_IO_IN == static_cast<int>(EPOLLIN) && G_IO_OUT == static_cast<int>(EPOLLOUT) &&
              G_IO_PRI == static_cast<int>(EPOLLPRI) && G_IO_ERR == static_cast<int>(EPOLLERR) &&
              G_IO_HUP == static_cast<int>(EPOLLHUP));

constexpr int kRounds = 16;  // a peer that never stops talking does not keep the caller

void add(const UniqueFd& epoll, int fd, std::uint32_t events) {
    epoll_event interest{};
    interest.events = events;
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &interest);
}

bool same(const GPollFD& a, const GPollFD& b) { return a.fd == b.fd && a.events == b.events; }

/// One entry for each descriptor.
void merge(std::vector<GPollFD>& polled) {
    std::sort(polled.begin(), polled.end(),
              [](const GPollFD& a, const GPollFD& b) { return a.fd < b.fd; });
    auto last = polled.begin();
    for (auto one = polled.begin(); one != polled.end(); ++one) {
        if (one == last) continue;
        if (one->fd == last->fd)
            last->events = static_cast<gushort>(last->events | one->events);
        else
            *++last = *one;
    }
    if (!polled.empty()) polled.erase(last + 1, polled.end());
}

}  // namespace

PollableContext::PollableContext()
    : context_(g_main_context_new_with_flags(G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING),
               g_main_context_unref),
      outer_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    add(outer_, timer_.get(), EPOLLIN);
    refresh();
}

void PollableContext::dispatch() {
    for (int i = 0; i < kRounds && g_main_context_iteration(get(), FALSE) != FALSE; ++i) {
    }
    refresh();
}

void PollableContext::refresh() {
    const int timeout = query();
    const std::uint64_t watches = glib::watches_made();
    const bool unchanged = watches == watches_ && std::equal(polled_.begin(), polled_.end(),
                                                             known_.begin(), known_.end(), same);
    if (!unchanged) wait_for_descriptors();
    watches_ = watches;
    wait_for_timeout(timeout);
}

/// Of all priorities, also of those that have to wait.
int PollableContext::query() {
    g_main_context_acquire(get());
    g_main_context_prepare(get(), nullptr);
    int timeout = -1;
    while (true) {
        const int room = static_cast<int>(polled_.size());
        const int needed = g_main_context_query(get(), G_MAXINT, &timeout, polled_.data(), room);
        polled_.resize(static_cast<std::size_t>(needed));
        if (needed <= room) break;
    }
    g_main_context_release(get());
    merge(polled_);
    return timeout;
}

void PollableContext::wait_for_descriptors() {
    UniqueFd fresh(epoll_create1(EPOLL_CLOEXEC));
    for (const GPollFD& one : polled_) add(fresh, one.fd, one.events);
    if (inner_) epoll_ctl(outer_.get(), EPOLL_CTL_DEL, inner_.get(), nullptr);
    add(outer_, fresh.get(), EPOLLIN);
    inner_ = std::move(fresh);
    known_ = polled_;
}

/// 0: at once; negative: never.
void PollableContext::wait_for_timeout(int ms) {
    itimerspec at{};
    if (ms == 0) at.it_value.tv_nsec = 1;
    if (ms > 0) {
        at.it_value.tv_sec = ms / 1000;
        at.it_value.tv_nsec = static_cast<long>(ms % 1000) * 1'000'000;
    }
    timerfd_settime(timer_.get(), 0, &at, nullptr);
}

}  // namespace hypnos::capi
