// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// RAII for what GLib and GIO count references of.

#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <utility>

namespace hypnos::glib {

struct Unref {
    void operator()(gpointer object) const { g_object_unref(object); }
    void operator()(GVariant* variant) const { g_variant_unref(variant); }
    void operator()(GMainContext* context) const { g_main_context_unref(context); }
    void operator()(GError* error) const { g_error_free(error); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

/// Cancels, when it goes, all that was begun with it: no callback is called from then on.
class Scope {
  public:
    using Finish = std::function<void(GObject* source, GAsyncResult* result)>;

    Scope() : cancellable_(g_cancellable_new()) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { cancel(); }

    void cancel() { g_cancellable_cancel(cancellable_.get()); }
    [[nodiscard]] GCancellable* get() const { return cancellable_.get(); }

    /// The user data for `ready`.
    [[nodiscard]] gpointer pending(Finish finish) const {
        return new Pending{Owned<GCancellable>(G_CANCELLABLE(g_object_ref(cancellable_.get()))),
                           std::move(finish)};
    }
    /// A GAsyncReadyCallback.
    static void ready(GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
        if (g_cancellable_is_cancelled(pending->cancellable.get()) == FALSE)
            pending->finish(source, result);
    }

  private:
    struct Pending {
        Owned<GCancellable> cancellable;
        Finish finish;
    };
    Owned<GCancellable> cancellable_;
};

}  // namespace hypnos::glib
