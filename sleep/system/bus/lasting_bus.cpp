// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/lasting_bus.hpp"

namespace hypnos::sleep {
namespace {

/// The socket is there some time before anybody listens on it, and listen(2) gives no inotify event.
constexpr std::chrono::milliseconds kRetry{500};
constexpr int kAttempts = 4;

}  // namespace

LastingBus::~LastingBus() { disconnect(); }

void LastingBus::watch() {
    path_.arm(bus_socket(root_), [this] {
        attempts_ = 0;
        look();
    });
}

void LastingBus::look() {
    watch();
    if (has_bus(root_)) connect();
}

void LastingBus::connect() {
    path_.disarm();
    timer_.reset();
    g_dbus_connection_new_for_address(
        bus_address(root_).c_str(), kBusFlags, nullptr, scope_.get(), glib::Scope::ready,
        scope_.pending([this](GObject*, GAsyncResult* result) { connected(result); }));
}

void LastingBus::connected(GAsyncResult* result) {
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

void LastingBus::retry() {
    watch();
    if (attempts_++ < kAttempts) timer_ = glib::after(nullptr, kRetry, [this] { look(); });
}

void LastingBus::disconnect() {
    if (connection_) g_signal_handlers_disconnect_by_data(connection_.get(), this);
    connection_.reset();
}

void LastingBus::closed(GDBusConnection*, gboolean, GError*, gpointer self) {
    LastingBus& bus = *static_cast<LastingBus*>(self);
    bus.callbacks_.down();
    bus.disconnect();
    bus.retry();
}

}  // namespace hypnos::sleep
