// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A few blocking calls on the system bus, whose socket is /run/dbus/system_bus_socket below the
// root. Never starts a service.

#pragma once

#include <gio/gio.h>

#include <memory>
#include <string>

#include "agent/system/root.hpp"

namespace hypnos::agent {

class SystemBus {
  public:
    /// A connection of its own, for any thread. Gives up after a second.
    [[nodiscard]] static Result<SystemBus> connect(const Root& root);
    [[nodiscard]] static bool is_there(const Root& root);

    struct Method {
        const char* service;
        const char* path;
        const char* interface;
        const char* name;
    };

    [[nodiscard]] bool has_owner(const char* service) const;

    /// `arguments`: a tuple, or null; taken. Waits for the answer for half a second.
    [[nodiscard]] Result<void> call(const Method& method, GVariant* arguments) const;

    /// Does not wait for an answer.
    void tell(const Method& method) const;

  private:
    struct Close {
        void operator()(GDBusConnection* connection) const;
    };
    explicit SystemBus(GDBusConnection* owned) : connection_(owned) {}

    std::unique_ptr<GDBusConnection, Close> connection_;
};

}  // namespace hypnos::agent
