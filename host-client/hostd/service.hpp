// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// org.hypnos.Host1 on the system bus, whenever there is a bus. docs/host-dbus.md.
//
// Default main context. It calls what it is given and tells what it is told; nothing is decided here.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "authority.hpp"
#include "config.hpp"
#include "sleep/system/bus/lasting_bus.hpp"

namespace hypnos::hostd {

class Service {
  public:
    struct World {
        HostPower& power;
        std::function<Json()> guests;         ///< of the last sleep, for Status
        std::function<bool()> guests_settle;  ///< some are on their way to sleep
    };

    /// `refused`: the bus does not let us have the name, which a restart may mend.
    Service(const sleep::Root& root, const Config& config, const World& world,
            glib::Callback refused);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    ~Service();

    void start() { bus_.start(); }

    void operation_changed(const HostSleep& sleep);
    void guest_changed(const std::string& operation, const std::string& guest,
                       const std::string& state, const std::string& text);
    /// No guest is on its way to sleep any more: answers WaitForGuests.
    void guests_settled();

  private:
    using Invocation = glib::Owned<GDBusMethodInvocation>;
    using Shared = std::shared_ptr<GDBusMethodInvocation>;
    using Method = void (Service::*)(GVariant* arguments, const Shared& invocation);

    void up(GDBusConnection* connection);
    void down();
    static void called(GDBusConnection*, const gchar* sender, const gchar*, const gchar*,
                       const gchar* method, GVariant* arguments, GDBusMethodInvocation* invocation,
                       gpointer self);
    static void name_lost(GDBusConnection*, const gchar*, gpointer self);

    void capabilities(GVariant* arguments, const Shared& invocation);
    void capabilities_xml(GVariant* arguments, const Shared& invocation);
    void suspend(GVariant* arguments, const Shared& invocation);
    void cancel(GVariant* arguments, const Shared& invocation);
    void status(GVariant* arguments, const Shared& invocation);
    void wait_for_guests(GVariant* arguments, const Shared& invocation);
    void authorized(const char* action, const Shared& invocation, std::function<void()> then);
    void emit(const char* signal, GVariant* arguments);

    static constexpr GDBusInterfaceVTable kTable = {called, nullptr, nullptr, {}};

    Config config_;
    World world_;
    glib::Callback refused_;
    std::unique_ptr<GDBusNodeInfo, decltype(&g_dbus_node_info_unref)> node_;
    sleep::LastingBus bus_;
    std::optional<Authority> authority_;
    guint object_ = 0, name_ = 0;
    std::vector<Shared> waiting_;
};

}  // namespace hypnos::hostd
