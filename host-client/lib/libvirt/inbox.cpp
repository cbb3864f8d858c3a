// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/inbox.hpp"

#include <utility>

namespace hypnos::libvirt {
namespace {

using Function = std::function<void()>;

gboolean call(gpointer data) {
    (*static_cast<Function*>(data))();
    return G_SOURCE_REMOVE;
}

void destroy(gpointer data) { delete static_cast<Function*>(data); }

}  // namespace

void post(GMainContext* context, Function function) {
    GSource* source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, call, new Function(std::move(function)), destroy);
    g_source_attach(source, context);
    g_source_unref(source);
}

Inbox::Inbox(GMainContext* context)
    : context_(g_main_context_ref(context != nullptr ? context : g_main_context_default())) {}

void Inbox::post(Letter letter) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    letters_.push_back(std::move(letter));
    libvirt::post(context_.get(), [self = shared_from_this()] { self->open_one(); });
}

void Inbox::open_one() {
    Letter letter;
    {
        const std::lock_guard lock(mutex_);
        if (letters_.empty()) return;
        letter = std::move(letters_.front());
        letters_.pop_front();
    }
    letter();
}

void Inbox::close() {
    std::deque<Letter> dropped;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(letters_);
}

}  // namespace hypnos::libvirt
