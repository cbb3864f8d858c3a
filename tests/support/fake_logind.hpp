// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// As much of org.freedesktop.login1(5) as an agent that sleeps needs, served by the test's own loop.

#pragma once

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <poll.h>

#include <functional>
#include <string>
#include <vector>

#include "glib/unique_fd.hpp"
#include "sleep/system/bus/logind_names.hpp"
#include "tests/support/private_bus.hpp"

namespace hypnos::test {

class FakeLogind {
  public:
    /// On the bus until it is destroyed.
    explicit FakeLogind(const PrivateBus& bus) : bus_(bus.connect()) {
        node_ = g_dbus_node_info_new_for_xml(kXml, nullptr);
        object_ = g_dbus_connection_register_object(bus_.get(), sleep::logind::kPath,
                                                    node_->interfaces[0], &kTable, this, nullptr,
                                                    nullptr);
        name_ = g_bus_own_name_on_connection(bus_.get(), sleep::logind::kName,
                                             G_BUS_NAME_OWNER_FLAGS_NONE, nullptr, nullptr, nullptr,
                                             nullptr);
    }
    FakeLogind(const FakeLogind&) = delete;
    FakeLogind& operator=(const FakeLogind&) = delete;
    ~FakeLogind() {
        g_bus_unown_name(name_);
        g_dbus_connection_unregister_object(bus_.get(), object_);
        g_dbus_connection_close_sync(bus_.get(), nullptr, nullptr);
        g_dbus_node_info_unref(node_);
    }

    /// Method calls so far, with their arguments.
    std::vector<std::string> calls;
    /// What Suspend and its like answer; empty: they agree.
    std::string refusal;
    /// Called with each method before it is answered. May be empty.
    std::function<void(const std::string& method)> on_call;
    /// What CanSuspend and its like answer.
    std::string can = "yes";
    /// The property PreparingForSleep.
    bool preparing = false;
    /// As ListInhibitors tells them, in GVariant's text form.
    std::string inhibitors = "@a(ssssuu) []";

    /// Whether somebody holds the inhibitor that was handed out last.
    [[nodiscard]] bool inhibited() const {
        pollfd end{inhibitor_.get(), POLLIN, 0};
        return inhibitor_ && poll(&end, 1, 0) == 0;
    }

    void prepare_for_sleep(bool start) const {
        g_dbus_connection_emit_signal(bus_.get(), nullptr, sleep::logind::kPath,
                                      sleep::logind::kInterface, "PrepareForSleep",
                                      g_variant_new("(b)", static_cast<gboolean>(start)), nullptr);
    }

  private:
    static constexpr const char* kXml =
        "<node><interface name='org.freedesktop.login1.Manager'>"
        "<method name='Inhibit'><arg type='s'/><arg type='s'/><arg type='s'/><arg type='s'/>"
        "<arg type='h' direction='out'/></method>"
        "<method name='ListInhibitors'><arg type='a(ssssuu)' direction='out'/></method>"
        "<method name='CanSuspend'><arg type='s' direction='out'/></method>"
        "<method name='CanHibernate'><arg type='s' direction='out'/></method>"
        "<method name='CanHybridSleep'><arg type='s' direction='out'/></method>"
        "<property name='PreparingForSleep' type='b' access='read'/>"
        "<method name='Suspend'><arg type='b'/></method>"
        "<method name='Hibernate'><arg type='b'/></method>"
        "<method name='HybridSleep'><arg type='b'/></method>"
        "</interface></node>";

    static void called(GDBusConnection*, const gchar*, const gchar*, const gchar*,
                       const gchar* method, GVariant* arguments, GDBusMethodInvocation* invocation,
                       gpointer self) {
        gchar* text = g_variant_print(arguments, FALSE);
        FakeLogind& fake = *static_cast<FakeLogind*>(self);
        fake.calls.push_back(std::string(method) + text);
        g_free(text);
        if (fake.on_call) fake.on_call(method);
        fake.answer(method, invocation);
    }
    static GVariant* property(GDBusConnection*, const gchar*, const gchar*, const gchar*,
                              const gchar*, GError**, gpointer self) {
        return g_variant_new_boolean(
            static_cast<gboolean>(static_cast<FakeLogind*>(self)->preparing));
    }
    static constexpr GDBusInterfaceVTable kTable = {called, property, nullptr, {}};

    void answer(const std::string& method, GDBusMethodInvocation* invocation) {
        if (method == "Inhibit") return hand_out(invocation);
        if (method == "ListInhibitors")
            return g_dbus_method_invocation_return_value(
                invocation, g_variant_new_parsed(("(" + inhibitors + ",)").c_str()));
        if (method.starts_with("Can"))
            return g_dbus_method_invocation_return_value(invocation,
                                                         g_variant_new("(s)", can.c_str()));
        if (refusal.empty()) return g_dbus_method_invocation_return_value(invocation, nullptr);
        g_dbus_method_invocation_return_dbus_error(
            invocation, "org.freedesktop.login1.SleepVerbNotSupported", refusal.c_str());
    }

    void hand_out(GDBusMethodInvocation* invocation) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
        inhibitor_ = UniqueFd(ends[0]);
        GUnixFDList* fds = g_unix_fd_list_new_from_array(&ends[1], 1);
        g_dbus_method_invocation_return_value_with_unix_fd_list(invocation, g_variant_new("(h)", 0),
                                                                fds);
        g_object_unref(fds);
    }

    glib::Owned<GDBusConnection> bus_;
    GDBusNodeInfo* node_;
    guint object_ = 0, name_ = 0;
    UniqueFd inhibitor_;
};

}  // namespace hypnos::test
