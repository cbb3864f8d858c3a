// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/bus.hpp"

#include <unistd.h>

namespace hypnos::agent {
namespace {

/// The socket is there some time before anybody listens on it, and listen(2) gives no inotify event.
constexpr std::chrono::milliseconds kRetry{500};
constexpr int kAttempts = 4;

}  // namespace

std::string bus_socket(const Root& root) { return root.path("/run/dbus/system_bus_socket"); }

std::string bus_address(const Root& root) {
    gchar* escaped = g_dbus_address_escape_value(bus_socket(root).c_str());
    std::string address = std::string("unix:path=") + escaped;
    g_free(escaped);
    return address;
}

Bus::~Bus() { disconnect(); }

void Bus::watch() {
    path_.arm(bus_socket(root_), [this] {
        attempts_ = 0;
        look();
    });
}

void Bus::look() {
    watch();
    if (access(bus_socket(root_).c_str(), F_OK) == 0) connect();
}

void Bus::connect() {
    path_.disarm();
    timer_.reset();
    g_dbus_connection_new_for_address(
        bus_address(root_).c_str(), kBusFlags, nullptr, scope_.get(), glib::Scope::ready,
        scope_.pending([this](GObject*, GAsyncResult* result) { connected(result); }));
}

void Bus::connected(GAsyncResult* result) {
    GError* error = nullptr;
    connection_.reset(g_dbus_connection_new_for_address_finish(result, &error));
    if (!connection_) {
        g_debug("no system bus: %s", error->message);
        g_error_free(error);
        return retry();
    }
    attempts_ = 0;
    g_dbus_connection_set_exit_on_close(connection_.get(), FALSE);
    g_signal_connect(connection_.get(), "closed", G_CALLBACK(closed), this);
    callbacks_.up(connection_.get());
    if (g_dbus_connection_is_closed(connection_.get()) == TRUE)
        closed(connection_.get(), FALSE, nullptr, this);
}

void Bus::retry() {
    watch();
    if (attempts_++ < kAttempts) timer_ = glib::after(nullptr, kRetry, [this] { look(); });
}

void Bus::disconnect() {
    if (connection_) g_signal_handlers_disconnect_by_data(connection_.get(), this);
    connection_.reset();
}

void Bus::closed(GDBusConnection*, gboolean, GError*, gpointer self) {
    Bus& bus = *static_cast<Bus*>(self);
    bus.callbacks_.down();
    bus.disconnect();
    bus.retry();
}

}  // namespace hypnos::agent
