// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "bus.hpp"

#include <algorithm>
#include <climits>

#include "hypnos/loop.hpp"
#include "sleep/system/bus/dbus.hpp"

namespace hypnos::cli::host {
namespace {

constexpr const char* kName = "org.hypnos.Host1";
constexpr const char* kPath = "/org/hypnos/Host1";
constexpr std::string_view kErrors = "org.hypnos.Host1.Error.";
constexpr std::chrono::seconds kConnectLimit{5};

std::string remote_name(const GError* error) {
    gchar* name = g_dbus_error_get_remote_error(error);
    std::string result = name == nullptr ? "" : name;
    g_free(name);
    return result;
}

/// hostd's own words.
ErrorCode code_of_hostd(std::string_view name) {
    if (name == "Usage") return ErrorCode::Usage;
    if (name == "Refused" || name == "Denied") return ErrorCode::Refused;
    return ErrorCode::Generic;
}

/// The bus has nobody of that name, or could not start it, or it went away.
bool is_absence(const GError* error, std::string_view name) {
    constexpr std::string_view kSpawn = "org.freedesktop.DBus.Error.Spawn.";
    return name.starts_with(kSpawn) || name.starts_with("org.freedesktop.systemd1.") ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) == TRUE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) == TRUE ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) == TRUE ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) == TRUE;
}

ErrorCode code_of(const GError* error) {
    const std::string name = remote_name(error);
    if (name.starts_with(kErrors))
        return code_of_hostd(std::string_view(name).substr(kErrors.size()));
    if (is_absence(error, name)) return ErrorCode::Unreachable;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED) == TRUE)
        return ErrorCode::Refused;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) == TRUE)
        return ErrorCode::TimedOut;
    return ErrorCode::Generic;
}

Error error_of(const char* method, GError* owned) {
    const ErrorCode code = code_of(owned);
    const bool is_hostds = remote_name(owned).starts_with(kErrors);
    const std::string words = sleep::words_of(owned);
    if (is_hostds) return {code, words};
    return {code,
            std::string("hypnos-hostd (") + kName + ") did not answer " + method + ": " + words};
}

using Connected = Result<GDBusConnection*>;

void connected(GObject*, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<std::function<void(Connected)>> done(
        static_cast<std::function<void(Connected)>*>(data));
    GError* error = nullptr;
    GDBusConnection* connection = g_dbus_connection_new_for_address_finish(result, &error);
    if (connection != nullptr) return (*done)(connection);
    (*done)(fail(ErrorCode::Unreachable, sleep::words_of(error)));
}

struct Listening {
    glib::Owned<GDBusConnection> connection;
    HostBus::Heard heard;
    guint id = 0;
};

void heard(GDBusConnection*, const gchar*, const gchar*, const gchar*, const gchar* signal,
           GVariant* arguments, gpointer self) {
    static_cast<Listening*>(self)->heard(signal, arguments);
}

void stop_listening(void* held) {
    const std::unique_ptr<Listening> listening(static_cast<Listening*>(held));
    g_dbus_connection_signal_unsubscribe(listening->connection.get(), listening->id);
}

struct Watching {
    glib::Callback gone;
    guint id = 0;
};

void vanished(GDBusConnection*, const gchar*, gpointer self) {
    static_cast<Watching*>(self)->gone();
}

void stop_watching(void* held) {
    const std::unique_ptr<Watching> watching(static_cast<Watching*>(held));
    g_bus_unwatch_name(watching->id);
}

}  // namespace

Result<HostBus> HostBus::connect(const sleep::Root& root) {
    const glib::Owned<GCancellable> give_up(g_cancellable_new());
    const glib::Source limit =
        glib::after(nullptr, kConnectLimit, [&] { g_cancellable_cancel(give_up.get()); });
    const auto connection = run<Connected>(nullptr, [&](std::function<void(Connected)> done) {
        g_dbus_connection_new_for_address(sleep::bus_address(root).c_str(), sleep::kBusFlags,
                                          nullptr, give_up.get(), connected,
                                          new std::function<void(Connected)>(std::move(done)));
    });
    if (connection) return HostBus(*connection);
    return fail(connection.error().code, "cannot connect to the system bus at " +
                                             sleep::bus_socket(root) + ": " +
                                             connection.error().message);
}

void HostBus::call(const char* method, GVariant* arguments, const char* type,
                   std::chrono::milliseconds limit, Done done) const {
    const auto most = std::min<std::int64_t>(limit.count(), INT_MAX);
    g_dbus_connection_call(
        connection_.get(), kName, kPath, kName, method, arguments, G_VARIANT_TYPE(type),
        G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, static_cast<int>(most), scope_->get(),
        glib::Scope::ready,
        scope_->pending([method, done = std::move(done)](GObject* source, GAsyncResult* result) {
            GError* error = nullptr;
            Answer answer(g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error));
            answer ? done(std::move(answer)) : done(fail(error_of(method, error)));
        }));
}

glib::Source HostBus::listen(Heard heard) const {
    auto* listening = new Listening{
        glib::Owned<GDBusConnection>(G_DBUS_CONNECTION(g_object_ref(connection_.get()))),
        std::move(heard)};
    listening->id = g_dbus_connection_signal_subscribe(connection_.get(), kName, kName, nullptr,
                                                       kPath, nullptr, G_DBUS_SIGNAL_FLAGS_NONE,
                                                       host::heard, listening, nullptr);
    return {listening, stop_listening};
}

glib::Source HostBus::on_gone(glib::Callback gone) const {
    auto* watching = new Watching{std::move(gone)};
    watching->id =
        g_bus_watch_name_on_connection(connection_.get(), kName, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       nullptr, vanished, watching, nullptr);
    return {watching, stop_watching};
}

}  // namespace hypnos::cli::host
