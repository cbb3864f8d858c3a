// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The event loop that libvirt's own code needs: an implementation of virEventRegisterImpl's six
// functions on a private main context and a thread. libvirt's default implementation iterates
// GLib's default main context, from whichever thread runs it: a program that has its own
// callbacks there would get them on that thread (libvirt 9.0, vireventglib.c).

#pragma once

#include <libvirt/libvirt.h>

#include <map>
#include <mutex>

#include "glib/object.hpp"
#include "glib/source.hpp"

namespace hypnos::libvirt {

/// Any thread may call; callbacks come from the loop's.
class EventLoop {
  public:
    EventLoop();

    int add_handle(int fd, int events, virEventHandleCallback call, void* opaque,
                   virFreeCallback free);
    void update_handle(int id, int events);
    int remove_handle(int id);

    int add_timeout(int ms, virEventTimeoutCallback call, void* opaque, virFreeCallback free);
    void update_timeout(int id, int ms);
    int remove_timeout(int id);

    /// For ever.
    [[noreturn]] void run();

  private:
    template <typename Call>
    struct Entry {
        int fd = -1;  // of handles
        Call call = nullptr;
        void* opaque = nullptr;
        virFreeCallback free = nullptr;
        glib::Source source = {};
    };
    using Handle = Entry<virEventHandleCallback>;
    using Timeout = Entry<virEventTimeoutCallback>;

    void arm(int id, Handle& handle, int events);
    void arm(int id, Timeout& timeout, int ms);
    template <typename E>
    int add(std::map<int, E>& entries, E entry, int when);
    template <typename E>
    void update(std::map<int, E>& entries, int id, int when);
    template <typename E>
    int remove(std::map<int, E>& entries, int id);

    glib::Owned<GMainContext> context_;
    std::mutex mutex_;
    int last_id_ = 0;
    std::map<int, Handle> handles_;
    std::map<int, Timeout> timeouts_;
};

}  // namespace hypnos::libvirt
