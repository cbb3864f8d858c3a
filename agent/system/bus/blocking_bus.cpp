// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/bus.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kSocket = "/run/dbus/system_bus_socket";
constexpr int kAnswerLimitMs = 500;

struct Unref {
    void operator()(gpointer object) const { g_object_unref(object); }
};
template <typename T>
using Object = std::unique_ptr<T, Unref>;

std::string take_message(GError* error) {
    g_dbus_error_strip_remote_error(error);
    std::string message = error->message;
    g_error_free(error);
    return message;
}

/// The socket's timeout bounds the handshake too, which GDBus' own blocking functions do not.
Object<GSocketConnection> connect_socket(const std::string& path, GError** error) {
    const Object<GSocketClient> client(g_socket_client_new());
    g_socket_client_set_timeout(client.get(), 1);
    const Object<GSocketAddress> address(g_unix_socket_address_new(path.c_str()));
    return Object<GSocketConnection>(
        g_socket_client_connect(client.get(), G_SOCKET_CONNECTABLE(address.get()), nullptr, error));
}

constexpr auto kClient = static_cast<GDBusConnectionFlags>(
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION);

}  // namespace

bool SystemBus::is_there(const Root& root) {
    return g_file_test(root.path(kSocket).c_str(), G_FILE_TEST_EXISTS) == TRUE;
}

Result<SystemBus> SystemBus::connect(const Root& root) {
    const std::string path = root.path(kSocket);
    const auto failed = [&path](GError* error) {
        return fail("cannot connect to the system bus at " + path + ": " + take_message(error));
    };
    GError* error = nullptr;
    const Object<GSocketConnection> stream = connect_socket(path, &error);
    if (!stream) return failed(error);
    GDBusConnection* connection = g_dbus_connection_new_sync(G_IO_STREAM(stream.get()), nullptr,
                                                             kClient, nullptr, nullptr, &error);
    if (connection == nullptr) return failed(error);
    g_socket_set_timeout(g_socket_connection_get_socket(stream.get()), 0);
    return SystemBus(connection);
}

void SystemBus::Close::operator()(GDBusConnection* connection) const {
    g_dbus_connection_flush_sync(connection, nullptr, nullptr);
    g_dbus_connection_close_sync(connection, nullptr, nullptr);
    g_object_unref(connection);
}

bool SystemBus::has_owner(const char* service) const {
    GVariant* answer = g_dbus_connection_call_sync(
        connection_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", service), G_VARIANT_TYPE("(b)"),
        G_DBUS_CALL_FLAGS_NO_AUTO_START, kAnswerLimitMs, nullptr, nullptr);
    if (answer == nullptr) return false;
    gboolean owned = FALSE;
    g_variant_get(answer, "(b)", &owned);
    g_variant_unref(answer);
    return owned == TRUE;
}

Result<void> SystemBus::call(const Method& method, GVariant* arguments) const {
    GError* error = nullptr;
    GVariant* answer = g_dbus_connection_call_sync(
        connection_.get(), method.service, method.path, method.interface, method.name, arguments,
        nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START, kAnswerLimitMs, nullptr, &error);
    if (answer == nullptr) return fail(take_message(error));
    g_variant_unref(answer);
    return {};
}

void SystemBus::tell(const Method& method) const {
    g_dbus_connection_call(connection_.get(), method.service, method.path, method.interface,
                           method.name, nullptr, nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           kAnswerLimitMs, nullptr, nullptr, nullptr);
}

}  // namespace hypnos::agent
