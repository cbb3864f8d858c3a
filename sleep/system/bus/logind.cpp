// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/logind.hpp"

#include <gio/gunixfdlist.h>

#include <optional>
#include <utility>

#include "sleep/system/bus/blocking_bus.hpp"
#include "sleep/system/bus/lasting_bus.hpp"
#include "sleep/system/bus/logind_names.hpp"

namespace hypnos::sleep {
namespace {

using Failed = std::function<void(const std::string& error)>;

constexpr const char* kSleepKeys = "handle-suspend-key:handle-hibernate-key";

const char* method(SleepMode mode) {
    switch (mode) {
        case SleepMode::Ram:
            return "Suspend";
        case SleepMode::Disk:
            return "Hibernate";
        case SleepMode::Hybrid:
            return "HybridSleep";
    }
    return "";
}

/// As Inhibit wants it, and what the log says if there is none.
struct Inhibition {
    const char *what, *why, *mode;
    const char* without;
};

/// The descriptor in the answer to Inhibit, or -1.
int inhibitor_in(GDBusConnection* bus, GAsyncResult* result, const char* without) {
    GError* error = nullptr;
    GUnixFDList* raw = nullptr;
    const glib::Owned<GVariant> reply(
        g_dbus_connection_call_with_unix_fd_list_finish(bus, &raw, result, &error));
    const glib::Owned<GUnixFDList> fds(raw);
    if (!reply) {
        g_warning("%s: %s", without, words_of(error).c_str());
        return -1;
    }
    gint32 index = 0;
    g_variant_get(reply.get(), "(h)", &index);
    return fds ? g_unix_fd_list_get(fds.get(), index, nullptr) : -1;
}

}  // namespace

struct Logind::Impl {
    Impl(const Root& machine, const Who& inhibitor_of, Callbacks to_call)
        : root(machine),
          who(inhibitor_of),
          callbacks(std::move(to_call)),
          bus(machine, {[this](GDBusConnection* connection) { bus_up(connection); },
                        [this] { bus_down(); }}) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { forget_bus(); }

    void bus_up(GDBusConnection* connection);
    void bus_down();
    void forget_bus();
    static void appeared(GDBusConnection* bus, const gchar*, const gchar* owner, gpointer self);
    static void vanished(GDBusConnection*, const gchar*, gpointer self);
    static void prepare(GDBusConnection*, const gchar*, const gchar*, const gchar*, const gchar*,
                        GVariant* arguments, gpointer self);
    void prepare(bool start);
    void unsubscribe();
    void gone();
    void ask_for_inhibitor(const Inhibition& wanted, std::optional<glib::Scope>& scope,
                           std::function<void(UniqueFd)> got);
    void inhibit();
    void inhibit_keys();
    void say_nobody_is_there();
    void release();
    void suspend(SleepMode mode, Failed failed);

    Root root;
    Who who;
    Callbacks callbacks;
    LastingBus bus;
    guint watched_name = 0;
    guint subscription = 0;  ///< 0: logind is not there
    UniqueFd inhibitor;
    std::optional<glib::Scope> inhibiting;
    bool wants_keys = false;
    bool said_nobody_is_there = false;
    UniqueFd keys;
    std::optional<glib::Scope> inhibiting_keys;
    bool announced = false;
    std::optional<SleepMode> asked;  ///< by ourselves, and not announced yet
    glib::Source soon;
    glib::Scope suspending;
};

void Logind::Impl::bus_up(GDBusConnection* connection) {
    watched_name =
        g_bus_watch_name_on_connection(connection, logind::kName, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       appeared, vanished, this, nullptr);
}

void Logind::Impl::bus_down() {
    forget_bus();
    gone();
}

void Logind::Impl::forget_bus() {
    unsubscribe();
    if (watched_name != 0) g_bus_unwatch_name(std::exchange(watched_name, 0));
}

void Logind::Impl::unsubscribe() {
    if (subscription != 0)
        g_dbus_connection_signal_unsubscribe(bus.connection(), std::exchange(subscription, 0));
}

/// Subscribes before it inhibits: who is waited for must have heard what for.
void Logind::Impl::appeared(GDBusConnection* bus, const gchar*, const gchar* owner, gpointer self) {
    Impl& impl = *static_cast<Impl*>(self);
    impl.unsubscribe();
    impl.subscription = g_dbus_connection_signal_subscribe(
        bus, owner, logind::kInterface, "PrepareForSleep", logind::kPath, nullptr,
        G_DBUS_SIGNAL_FLAGS_NONE, prepare, self, nullptr);
    impl.inhibit();
    if (impl.wants_keys) impl.inhibit_keys();
}

void Logind::Impl::vanished(GDBusConnection*, const gchar*, gpointer self) {
    Impl& impl = *static_cast<Impl*>(self);
    impl.say_nobody_is_there();
    impl.unsubscribe();
    impl.gone();
}

/// A logind that starts anew knows nothing of the sleep that the old one announced.
void Logind::Impl::gone() {
    release();
    inhibiting_keys.reset();
    keys = UniqueFd();
    if (std::exchange(announced, false)) callbacks.over();
}

// NOLINTNEXTLINE(readability-function-size): a GDBusSignalCallback has these parameters
void Logind::Impl::prepare(GDBusConnection*, const gchar*, const gchar*, const gchar*, const gchar*,
                           GVariant* arguments, gpointer self) {
    if (g_variant_is_of_type(arguments, G_VARIANT_TYPE("(b)")) == FALSE) return;
    gboolean start = FALSE;
    g_variant_get(arguments, "(b)", &start);
    static_cast<Impl*>(self)->prepare(start == TRUE);
}

/// The signal does not tell the mode, nor does anything else before all delays have ended (logind
/// starts its target only then): it is Ram if it is not what we asked for.
void Logind::Impl::prepare(bool start) {
    announced = start;
    if (start) return callbacks.preparing(std::exchange(asked, {}).value_or(SleepMode::Ram));
    inhibit();
    callbacks.over();
}

void Logind::Impl::ask_for_inhibitor(const Inhibition& wanted, std::optional<glib::Scope>& scope,
                                     std::function<void(UniqueFd)> got) {
    scope.emplace();
    g_dbus_connection_call_with_unix_fd_list(
        bus.connection(), logind::kName, logind::kPath, logind::kInterface, "Inhibit",
        g_variant_new("(ssss)", wanted.what, who.name, wanted.why, wanted.mode),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, nullptr, scope->get(),
        glib::Scope::ready,
        scope->pending([got = std::move(got), without = wanted.without](GObject* source,
                                                                        GAsyncResult* result) {
            got(UniqueFd(inhibitor_in(G_DBUS_CONNECTION(source), result, without)));
        }));
}

void Logind::Impl::inhibit() {
    ask_for_inhibitor({"sleep", who.why, "delay",
                       "hooks may be late for sleeps that others start, as logind gives no delay"},
                      inhibiting, [this](UniqueFd got) {
                          inhibitor = std::move(got);
                          if (inhibitor && callbacks.holding) callbacks.holding();
                      });
}

void Logind::Impl::inhibit_keys() {
    ask_for_inhibitor({kSleepKeys, "hears the sleep button itself", "block",
                       "logind may react to the sleep button, too (HandleSuspendKey=ignore in "
                       "logind.conf keeps it from that)"},
                      inhibiting_keys, [this](UniqueFd got) { keys = std::move(got); });
}

void Logind::Impl::say_nobody_is_there() {
    if (!wants_keys || keys || std::exchange(said_nobody_is_there, true)) return;
    g_message("there is no systemd-logind that would have to leave the sleep button to us");
}

void Logind::Impl::release() {
    inhibiting.reset();
    inhibitor = UniqueFd();
}

void Logind::Impl::suspend(SleepMode mode, Failed failed) {
    if (bus.connection() == nullptr) {
        soon = glib::soon(nullptr, [failed = std::move(failed)] {
            failed("there is no system bus to reach systemd-logind; is dbus running?");
        });
        return;
    }
    asked = mode;
    g_dbus_connection_call(bus.connection(), logind::kName, logind::kPath, logind::kInterface,
                           method(mode), g_variant_new("(b)", FALSE), nullptr,
                           G_DBUS_CALL_FLAGS_NONE, -1, suspending.get(), glib::Scope::ready,
                           suspending.pending([this, failed = std::move(failed)](
                                                  GObject* source, GAsyncResult* result) {
                               GError* error = nullptr;
                               const glib::Owned<GVariant> reply(g_dbus_connection_call_finish(
                                   G_DBUS_CONNECTION(source), result, &error));
                               if (reply) return;
                               asked.reset();
                               failed(words_of(error));
                           }));
}

Logind::Logind(const Root& root, const Who& who, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(root, who, std::move(callbacks))) {}
Logind::~Logind() = default;

void Logind::start() {
    impl_->bus.start();
    if (!has_bus(impl_->root)) impl_->say_nobody_is_there();
}
void Logind::take_sleep_keys() { impl_->wants_keys = true; }
bool Logind::holds() const { return static_cast<bool>(impl_->inhibitor); }
void Logind::release() { impl_->release(); }
void Logind::suspend(SleepMode mode, std::function<void(const std::string& error)> failed) {
    impl_->suspend(mode, std::move(failed));
}

bool logind_prepares_for_sleep(const Root& root) {
    if (!has_bus(root)) return false;
    const Result<BlockingBus> bus = BlockingBus::connect(root);
    if (!bus) return false;
    const auto answer =
        bus->call({logind::kName, logind::kPath, "org.freedesktop.DBus.Properties", "Get"},
                  g_variant_new("(ss)", logind::kInterface, "PreparingForSleep"), "(v)");
    if (!answer) return false;
    GVariant* value = nullptr;
    g_variant_get(answer->get(), "(v)", &value);
    const glib::Owned<GVariant> owned(value);
    return g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) == TRUE &&
           g_variant_get_boolean(value) == TRUE;
}

}  // namespace hypnos::sleep
