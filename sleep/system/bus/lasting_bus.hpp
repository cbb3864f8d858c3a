// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A connection to the system bus whenever there is one. Without its socket nothing wakes the agent.

#pragma once

#include <functional>

#include "sleep/system/bus/dbus.hpp"
#include "sleep/system/path_watch.hpp"

namespace hypnos::sleep {

/// Main context only.
class LastingBus {
  public:
    struct Callbacks {
        std::function<void(GDBusConnection* connection)> up;
        glib::Callback down;
    };

    LastingBus(const Root& root, Callbacks callbacks)
        : root_(root), callbacks_(std::move(callbacks)) {}
    LastingBus(const LastingBus&) = delete;
    LastingBus& operator=(const LastingBus&) = delete;
    ~LastingBus();

    void start() { look(); }
    /// Null while there is none.
    [[nodiscard]] GDBusConnection* connection() const { return connection_.get(); }

  private:
    void look();
    void watch();
    void connect();
    void connected(GAsyncResult* result);
    void retry();
    void disconnect();
    static void closed(GDBusConnection*, gboolean, GError*, gpointer self);

    Root root_;
    Callbacks callbacks_;
    PathWatch path_;
    int attempts_ = 0;
    glib::Source timer_;
    glib::Owned<GDBusConnection> connection_;
    glib::Scope scope_;
};

}  // namespace hypnos::sleep
