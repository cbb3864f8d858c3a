// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A dbus-daemon of the test's own, listening where a system bus would below a temporary root.

#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "sleep/system/bus/dbus.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::test {

class PrivateBus {
  public:
    explicit PrivateBus(const TempRoot& temp) : temp_(temp) { start(); }
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;
    ~PrivateBus() { stop(); }

    /// Returns when it listens.
    void start() {
        temp_.make_directory("/run/dbus");
        temp_.write("/bus.conf", configuration());
        const std::string config = "--config-file=" + temp_.path("/bus.conf");
        const char* command[] = {"dbus-daemon", config.c_str(), "--nofork", "--print-address",
                                 nullptr};
        int out = -1;
        if (g_spawn_async_with_pipes(nullptr, const_cast<char**>(command), nullptr, kFlags,
                                     die_with_parent, nullptr, &pid_, nullptr, &out, nullptr,
                                     nullptr) == FALSE)
            std::abort();
        char byte = 0;
        if (read(out, &byte, 1) != 1) std::abort();
        close(out);
    }

    void stop() {
        if (pid_ == 0) return;
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    /// What still listens stands still, as an overloaded bus does.
    void freeze() const { kill(pid_, SIGSTOP); }
    void thaw() const { kill(pid_, SIGCONT); }

    [[nodiscard]] glib::Owned<GDBusConnection> connect() const {
        glib::Owned<GDBusConnection> bus(g_dbus_connection_new_for_address_sync(
            sleep::bus_address(temp_.root()).c_str(), sleep::kBusFlags, nullptr, nullptr, nullptr));
        if (!bus) std::abort();
        g_dbus_connection_set_exit_on_close(bus.get(), FALSE);
        return bus;
    }

  private:
    static constexpr auto kFlags =
        static_cast<GSpawnFlags>(G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD);

    static void die_with_parent(gpointer) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

    [[nodiscard]] std::string configuration() const {
        return "<busconfig><listen>" + sleep::bus_address(temp_.root()) +
               "</listen><auth>EXTERNAL</auth><policy context='default'>"
               "<allow send_destination='*'/><allow eavesdrop='true'/><allow "
               "own='*'/></policy></busconfig>";
    }

    const TempRoot& temp_;
    GPid pid_ = 0;
};

}  // namespace hypnos::test
