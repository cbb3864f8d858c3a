// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/events.hpp"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <thread>
#include <utility>

#include "libvirt/event_loop.hpp"

namespace hypnos::libvirt {
namespace {

using Function = std::function<void()>;

// Never destroyed: its thread runs until the process ends.
EventLoop& loop() {
    static EventLoop* const instance = new EventLoop;
    return *instance;
}

void start_once() {
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
    virEventRegisterImpl(
        [](int fd, int events, virEventHandleCallback call, void* opaque, virFreeCallback free) {
            return loop().add_handle(fd, events, call, opaque, free);
        },
        [](int id, int events) { loop().update_handle(id, events); },
        [](int id) { return loop().remove_handle(id); },
        [](int ms, virEventTimeoutCallback call, void* opaque, virFreeCallback free) {
            return loop().add_timeout(ms, call, opaque, free);
        },
        [](int id, int ms) { loop().update_timeout(id, ms); },
        [](int id) { return loop().remove_timeout(id); });
    std::thread([] { loop().run(); }).detach();
}

void call_once(int timer, void* opaque) {
    virEventRemoveTimeout(timer);
    (*static_cast<Function*>(opaque))();
}

}  // namespace

void start_events() {
    static const bool started = (start_once(), true);
    (void)started;
}

void on_event_thread(Function function) {
    virEventAddTimeout(0, call_once, new Function(std::move(function)),
                       [](void* opaque) { delete static_cast<Function*>(opaque); });
}

// libvirt delivers events from a timer that is due at once. It is due before ours, so it fires in
// the same turn of the loop, before or after, and in any case before the next turn.
void after_events(Function function) {
    on_event_thread([function = std::move(function)] { on_event_thread(function); });
}

}  // namespace hypnos::libvirt
