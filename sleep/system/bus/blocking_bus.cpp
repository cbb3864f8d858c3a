// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/blocking_bus.hpp"

#include <algorithm>

namespace hypnos::sleep {
namespace {

/// In whole seconds, which is what sockets have.
guint silence_limit(BlockingBus::Limit limit) {
    return std::max(1U, static_cast<guint>(limit.count() / 1000));
}

/// The socket's timeout bounds the handshake too, which GDBus' own blocking functions do not.
glib::Owned<GSocketConnection> connect_socket(const std::string& path, BlockingBus::Limit limit,
                                              GError** error) {
    const glib::Owned<GSocketClient> client(g_socket_client_new());
    g_socket_client_set_timeout(client.get(), silence_limit(limit));
    const glib::Owned<GSocketAddress> address(g_unix_socket_address_new(path.c_str()));
    return glib::Owned<GSocketConnection>(
        g_socket_client_connect(client.get(), G_SOCKET_CONNECTABLE(address.get()), nullptr, error));
}

}  // namespace

Result<BlockingBus> BlockingBus::connect(const Root& root, Limit limit) {
    const std::string path = bus_socket(root);
    const auto failed = [&path](GError* error) {
        return fail("cannot connect to the system bus at " + path + ": " + words_of(error));
    };
    GError* error = nullptr;
    const glib::Owned<GSocketConnection> stream = connect_socket(path, limit, &error);
    if (!stream) return failed(error);
    GDBusConnection* connection = g_dbus_connection_new_sync(G_IO_STREAM(stream.get()), nullptr,
                                                             kBusFlags, nullptr, nullptr, &error);
    if (connection == nullptr) return failed(error);
    g_socket_set_timeout(g_socket_connection_get_socket(stream.get()), 0);
    return BlockingBus(connection, limit);
}

void BlockingBus::Close::operator()(GDBusConnection* connection) const {
    g_dbus_connection_flush_sync(connection, nullptr, nullptr);
    g_dbus_connection_close_sync(connection, nullptr, nullptr);
    g_object_unref(connection);
}

bool BlockingBus::has_owner(const char* service) const {
    constexpr const char* kBus = "org.freedesktop.DBus";
    const Result<Answer> answer = call({kBus, "/org/freedesktop/DBus", kBus, "NameHasOwner"},
                                       g_variant_new("(s)", service), "(b)");
    gboolean owned = FALSE;
    if (answer) g_variant_get(answer->get(), "(b)", &owned);
    return owned == TRUE;
}

Result<BlockingBus::Answer> BlockingBus::call(const Method& method, GVariant* arguments,
                                              const char* type) const {
    GError* error = nullptr;
    Answer answer(g_dbus_connection_call_sync(
        connection_.get(), method.service, method.path, method.interface, method.name, arguments,
        type == nullptr ? nullptr : G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
        static_cast<int>(limit_.count()), nullptr, &error));
    if (!answer) return fail(words_of(error));
    return answer;
}

void BlockingBus::tell(const Method& method) const {
    g_dbus_connection_call(connection_.get(), method.service, method.path, method.interface,
                           method.name, nullptr, nullptr, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           static_cast<int>(limit_.count()), nullptr, nullptr, nullptr);
}

}  // namespace hypnos::sleep
