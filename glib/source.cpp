// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/source.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace hypnos::glib {
namespace {

gboolean repeat(gpointer data) {
    (*static_cast<Callback*>(data))();
    return G_SOURCE_CONTINUE;
}

gboolean once(gpointer data) {
    (*static_cast<Callback*>(data))();
    return G_SOURCE_REMOVE;
}

gboolean fd_ready(gint, GIOCondition, gpointer data) { return repeat(data); }

guint in_range(std::chrono::milliseconds time) {
    return static_cast<guint>(std::clamp<std::int64_t>(time.count(), 0, G_MAXUINT));
}

std::atomic<std::uint64_t> watch_count{0};

void destroy(gpointer data) { delete static_cast<Callback*>(data); }

void stop(void* held) {
    g_source_destroy(static_cast<GSource*>(held));
    g_source_unref(static_cast<GSource*>(held));
}

Source attach(GMainContext* context, GSource* source, GSourceFunc function, Callback callback) {
    g_source_set_callback(source, function, new Callback(std::move(callback)), destroy);
    g_source_attach(source, context);
    return {source, stop};
}

}  // namespace

std::uint64_t watches_made() { return watch_count; }

Source watch(GMainContext* context, int fd, GIOCondition condition, Callback callback) {
    ++watch_count;
    return attach(context, g_unix_fd_source_new(fd, condition), G_SOURCE_FUNC(fd_ready),
                  std::move(callback));
}

Source after(GMainContext* context, std::chrono::milliseconds delay, Callback callback) {
    return attach(context, g_timeout_source_new(in_range(delay)), once, std::move(callback));
}

Source every(GMainContext* context, std::chrono::milliseconds period, Callback callback) {
    return attach(context, g_timeout_source_new(in_range(period)), repeat, std::move(callback));
}

Source soon(GMainContext* context, Callback callback) {
    GSource* source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    return attach(context, source, once, std::move(callback));
}

Source on_signal(GMainContext* context, int signal_number, Callback callback) {
    return attach(context, g_unix_signal_source_new(signal_number), repeat, std::move(callback));
}

EdgeWatch::EdgeWatch(GMainContext* context, int fd, Callback callback)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event interest{};
    interest.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &interest);
    source_ = watch(context, epoll_.get(), G_IO_IN,
                    [epoll = epoll_.get(), callback = std::move(callback)] {
                        epoll_event event{};
                        epoll_wait(epoll, &event, 1, 0);
                        callback();
                    });
}

}  // namespace hypnos::glib
