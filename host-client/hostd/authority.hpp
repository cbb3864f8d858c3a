// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Whether a caller on the bus may do something: root may, of others polkit decides
// (org.freedesktop.PolicyKit1.Authority, CheckAuthorization).

#pragma once

#include <functional>
#include <string>

#include "glib/object.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::hostd {

struct Caller {
    std::string bus_name;      ///< unique: ":1.42"
    bool interactive = false;  ///< a person may be asked for a password
};

/// Main context only. Its answers end with it.
class Authority {
  public:
    using Done = std::function<void(Result<void>)>;

    explicit Authority(GDBusConnection* bus) : bus_(G_DBUS_CONNECTION(g_object_ref(bus))) {}

    /// Refused if not, also where polkit does not answer.
    void check(const Caller& caller, const std::string& action, Done done) const;

  private:
    void ask_polkit(const Caller& caller, const std::string& action, const Done& done) const;
    void call(const char* service, const char* path, const char* interface, const char* method,
              GVariant* arguments, std::function<void(Result<glib::Owned<GVariant>>)> done) const;

    glib::Owned<GDBusConnection> bus_;
    glib::Scope scope_;
};

}  // namespace hypnos::hostd
