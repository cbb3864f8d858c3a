// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/event_loop.hpp"

#include <poll.h>

#include <array>
#include <chrono>
#include <utility>

#include "libvirt/inbox.hpp"

namespace hypnos::libvirt {
namespace {

struct Flag {
    int virt;
    short poll;
    GIOCondition glib;
};
constexpr std::array<Flag, 4> kFlags{{{VIR_EVENT_HANDLE_READABLE, POLLIN, G_IO_IN},
                                      {VIR_EVENT_HANDLE_WRITABLE, POLLOUT, G_IO_OUT},
                                      {VIR_EVENT_HANDLE_ERROR, POLLERR | POLLNVAL, G_IO_ERR},
                                      {VIR_EVENT_HANDLE_HANGUP, POLLHUP, G_IO_HUP}}};

GIOCondition condition_of(int events) {
    unsigned condition = 0;
    for (const Flag& flag : kFlags) {
        if (events & flag.virt) condition |= static_cast<unsigned>(flag.glib);
    }
    return static_cast<GIOCondition>(condition);
}

/// What of it is true of `fd` now; an error or the other side's end always is of interest.
int ready(int fd, int events) {
    pollfd entry{fd, 0, 0};
    for (const Flag& flag : kFlags) {
        if (events & flag.virt) entry.events = static_cast<short>(entry.events | flag.poll);
    }
    if (poll(&entry, 1, 0) <= 0) return 0;
    int result = 0;
    for (const Flag& flag : kFlags) {
        if (entry.revents & flag.poll) result |= flag.virt;
    }
    return result;
}

}  // namespace

EventLoop::EventLoop() : context_(g_main_context_new()) {}

// A GSource may be made and destroyed on any thread; a callback may be running meanwhile, and what
// it uses is freed from the loop, after it.
void EventLoop::arm(int id, Handle& handle, int events) {
    handle.source.reset();
    if (events == 0) return;
    handle.source =
        glib::watch(context_.get(), handle.fd, condition_of(events),
                    [id, events, fd = handle.fd, call = handle.call, opaque = handle.opaque] {
                        if (const int now = ready(fd, events)) call(id, fd, now, opaque);
                    });
}

void EventLoop::arm(int id, Timeout& timeout, int ms) {
    timeout.source.reset();
    if (ms < 0) return;
    timeout.source =
        glib::every(context_.get(), std::chrono::milliseconds(ms),
                    [id, call = timeout.call, opaque = timeout.opaque] { call(id, opaque); });
}

template <typename E>
int EventLoop::add(std::map<int, E>& entries, E entry, int when) {
    const std::lock_guard lock(mutex_);
    const int id = ++last_id_;
    arm(id, entries[id] = std::move(entry), when);
    return id;
}

template <typename E>
void EventLoop::update(std::map<int, E>& entries, int id, int when) {
    const std::lock_guard lock(mutex_);
    const auto found = entries.find(id);
    if (found != entries.end()) arm(id, found->second, when);
}

template <typename E>
int EventLoop::remove(std::map<int, E>& entries, int id) {
    const std::lock_guard lock(mutex_);
    const auto node = entries.extract(id);
    if (node.empty()) return -1;
    node.mapped().source.reset();
    // Never from inside: the caller may hold what `free` wants to lock.
    if (const virFreeCallback free = node.mapped().free)
        post(context_.get(), [free, opaque = node.mapped().opaque] { free(opaque); });
    return 0;
}

int EventLoop::add_handle(int fd, int events, virEventHandleCallback call, void* opaque,
                          virFreeCallback free) {
    return add(handles_, Handle{fd, call, opaque, free}, events);
}
void EventLoop::update_handle(int id, int events) { update(handles_, id, events); }
int EventLoop::remove_handle(int id) { return remove(handles_, id); }

int EventLoop::add_timeout(int ms, virEventTimeoutCallback call, void* opaque,
                           virFreeCallback free) {
    return add(timeouts_, Timeout{-1, call, opaque, free}, ms);
}
void EventLoop::update_timeout(int id, int ms) { update(timeouts_, id, ms); }
int EventLoop::remove_timeout(int id) { return remove(timeouts_, id); }

void EventLoop::run() {
    for (;;) g_main_context_iteration(context_.get(), TRUE);
}

}  // namespace hypnos::libvirt
