// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A connection to the system bus whose socket is below the root, whenever there is one. Without the
// socket there is no connection and no wakeup.

#pragma once

#include <functional>
#include <string>

#include "agent/system/path_watch.hpp"
#include "agent/system/root.hpp"
#include "glib/object.hpp"

namespace hypnos::agent {

[[nodiscard]] std::string bus_socket(const Root& root);
/// As GDBus wants it. Not from the environment, which may name another machine's bus.
[[nodiscard]] std::string bus_address(const Root& root);

inline constexpr auto kBusFlags = static_cast<GDBusConnectionFlags>(
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION);

/// Main context only.
class Bus {
  public:
    struct Callbacks {
        std::function<void(GDBusConnection* connection)> up;
        glib::Callback down;
    };

    Bus(const Root& root, Callbacks callbacks) : root_(root), callbacks_(std::move(callbacks)) {}
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;
    ~Bus();

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

}  // namespace hypnos::agent
