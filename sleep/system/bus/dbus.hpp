// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What all that speak on the system bus need. Its socket is /run/dbus/system_bus_socket below the
// root, and not what the environment says, which may name another machine's.

#pragma once

#include <string>

#include "glib/object.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

[[nodiscard]] std::string bus_socket(const Root& root);
/// As GDBus wants it.
[[nodiscard]] std::string bus_address(const Root& root);
/// Whether there is a socket; nobody may be listening.
[[nodiscard]] bool has_bus(const Root& root);

inline constexpr auto kBusFlags = static_cast<GDBusConnectionFlags>(
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION);

/// The other side's words, without D-Bus's name for the error, which is freed.
[[nodiscard]] std::string words_of(GError* owned);

}  // namespace hypnos::sleep
