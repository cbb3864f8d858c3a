// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/dbus.hpp"

namespace hypnos::sleep {
namespace {

constexpr const char* kSocket = "/run/dbus/system_bus_socket";

}  // namespace

std::string bus_socket(const Root& root) { return root.path(kSocket); }

std::string bus_address(const Root& root) {
    gchar* escaped = g_dbus_address_escape_value(bus_socket(root).c_str());
    std::string address = std::string("unix:path=") + escaped;
    g_free(escaped);
    return address;
}

bool has_bus(const Root& root) { return root.has(kSocket); }

std::string words_of(GError* owned) {
    const glib::Owned<GError> error(owned);
    g_dbus_error_strip_remote_error(error.get());
    return error->message;
}

}  // namespace hypnos::sleep
