// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "service.hpp"

#include <array>
#include <utility>

#include "glib/variant_json.hpp"
#include "introspection.hpp"
#include "sleep/system/time/clocks.hpp"
#include "suspend_request.hpp"

namespace hypnos::hostd {
namespace {

constexpr const char* kName = "org.hypnos.Host1";
constexpr const char* kPath = "/org/hypnos/Host1";
constexpr const char* kMaySuspend = "org.hypnos.host1.suspend";
constexpr const char* kMayIgnoreInhibitors = "org.hypnos.host1.suspend-ignore-inhibit";
constexpr const char* kMayCancel = "org.hypnos.host1.cancel";
constexpr const char* kDenied = "org.hypnos.Host1.Error.Denied";

const char* error_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::Usage:
            return "org.hypnos.Host1.Error.Usage";
        case ErrorCode::Refused:
            return "org.hypnos.Host1.Error.Refused";
        case ErrorCode::Generic:
        case ErrorCode::CommandNotFound:
        case ErrorCode::Unreachable:
        case ErrorCode::TimedOut:
            break;
    }
    return "org.hypnos.Host1.Error.Failed";
}

// These take a reference of their own, as GDBus consumes one.
GDBusMethodInvocation* consumed(GDBusMethodInvocation* invocation) {
    return G_DBUS_METHOD_INVOCATION(g_object_ref(invocation));
}
void answer(GDBusMethodInvocation* invocation, GVariant* result) {
    g_dbus_method_invocation_return_value(consumed(invocation), result);
}
void answer_error(GDBusMethodInvocation* invocation, const char* name, const std::string& text) {
    g_dbus_method_invocation_return_dbus_error(consumed(invocation), name, text.c_str());
}
void answer(GDBusMethodInvocation* invocation, const Error& error) {
    answer_error(invocation, error_name(error.code), error.message);
}

GVariant* targets_of(const HostCapabilities& capabilities) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(sbs)"));
    for (const HostCapability& each : capabilities.targets)
        g_variant_builder_add(&builder, "(sbs)", std::string(name_of(each.target)).c_str(),
                              static_cast<gboolean>(each.works), each.why_not().c_str());
    return g_variant_builder_end(&builder);
}

std::string word(HostBackend backend) {
    return std::string(kHostBackendNames.at(static_cast<std::size_t>(backend)));
}

std::string word(HostSleep::State state) {
    return std::string(kHostSleepStateNames.at(static_cast<std::size_t>(state)));
}

}  // namespace

Service::Service(const sleep::Root& root, const Config& config, const World& world,
                 glib::Callback refused)
    : config_(config),
      world_(world),
      refused_(std::move(refused)),
      node_(g_dbus_node_info_new_for_xml(kIntrospection, nullptr), g_dbus_node_info_unref),
      bus_(root, {[this](GDBusConnection* connection) { up(connection); }, [this] { down(); }}) {}

Service::~Service() { down(); }

void Service::up(GDBusConnection* connection) {
    authority_.emplace(connection);
    object_ = g_dbus_connection_register_object(connection, kPath, node_->interfaces[0], &kTable,
                                                this, nullptr, nullptr);
    name_ = g_bus_own_name_on_connection(connection, kName, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                         nullptr, name_lost, this, nullptr);
}

void Service::down() {
    waiting_.clear();
    authority_.reset();
    if (name_ != 0) g_bus_unown_name(std::exchange(name_, 0));
    if (object_ != 0 && bus_.connection() != nullptr)
        g_dbus_connection_unregister_object(bus_.connection(), std::exchange(object_, 0));
}

void Service::name_lost(GDBusConnection* connection, const gchar*, gpointer self) {
    if (connection == nullptr || g_dbus_connection_is_closed(connection) == TRUE) return;
    static_cast<Service*>(self)->refused_();
}

// NOLINTNEXTLINE(readability-function-size): a GDBusInterfaceMethodCallFunc has these parameters
void Service::called(GDBusConnection*, const gchar*, const gchar*, const gchar*,
                     const gchar* method, GVariant* arguments, GDBusMethodInvocation* invocation,
                     gpointer self) {
    static constexpr std::array<std::pair<const char*, Method>, 6> kMethods{{
        {"Capabilities", &Service::capabilities},
        {"CapabilitiesXml", &Service::capabilities_xml},
        {"Suspend", &Service::suspend},
        {"Cancel", &Service::cancel},
        {"Status", &Service::status},
        {"WaitForGuests", &Service::wait_for_guests},
    }};
    const Shared shared(invocation, g_object_unref);
    for (const auto& [name, function] : kMethods)
        if (g_str_equal(name, method) == TRUE)
            return (static_cast<Service*>(self)->*function)(arguments, shared);
}

void Service::capabilities(GVariant*, const Shared& invocation) {
    world_.power.capabilities([invocation](const HostCapabilities& capabilities) {
        answer(invocation.get(), g_variant_new("(s@a(sbs))", word(capabilities.backend).c_str(),
                                               targets_of(capabilities)));
    });
}

void Service::capabilities_xml(GVariant*, const Shared& invocation) {
    world_.power.capabilities([invocation](const HostCapabilities& capabilities) {
        const std::string xml = hypnos::capabilities_xml(capabilities);
        answer(invocation.get(), g_variant_new("(s)", xml.c_str()));
    });
}

void Service::authorized(const char* action, const Shared& invocation, std::function<void()> then) {
    GDBusMessage* message = g_dbus_method_invocation_get_message(invocation.get());
    const bool interactive = (g_dbus_message_get_flags(message) &
                              G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
    authority_->check({g_dbus_method_invocation_get_sender(invocation.get()), interactive}, action,
                      [invocation, then = std::move(then)](const Result<void>& allowed) {
                          if (allowed) return then();
                          answer_error(invocation.get(), kDenied, allowed.error().message);
                      });
}

void Service::suspend(GVariant* arguments, const Shared& invocation) {
    const auto now = std::chrono::floor<std::chrono::seconds>(sleep::realtime());
    const Result<HostSuspendOptions> options = parse_suspend(arguments, now, config_.delay);
    if (!options) return answer(invocation.get(), options.error());
    const auto ask = [this, options = *options, invocation] {
        world_.power.suspend(options, [invocation](const Result<std::string>& accepted) {
            if (!accepted) return answer(invocation.get(), accepted.error());
            answer(invocation.get(), g_variant_new("(s)", accepted->c_str()));
        });
    };
    authorized(options->force ? kMayIgnoreInhibitors : kMaySuspend, invocation, ask);
}

void Service::cancel(GVariant* arguments, const Shared& invocation) {
    const char* operation = nullptr;
    g_variant_get(arguments, "(&s)", &operation);
    authorized(kMayCancel, invocation, [this, invocation, id = std::string(operation)] {
        if (const Result<void> cancelled = world_.power.cancel(id); !cancelled)
            return answer(invocation.get(), cancelled.error());
        answer(invocation.get(), static_cast<GVariant*>(nullptr));
    });
}

void Service::status(GVariant*, const Shared& invocation) {
    const HostStatus known = world_.power.status();
    Json status = Json::object({{"guests", world_.guests()}});
    if (known.current) status.set("current", to_json(*known.current));
    if (known.last) status.set("last", to_json(*known.last));
    answer(invocation.get(), g_variant_new("(@a{sv})", glib::to_variant(status)));
}

void Service::wait_for_guests(GVariant*, const Shared& invocation) {
    waiting_.push_back(invocation);
    if (!world_.guests_settle()) guests_settled();
}

void Service::guests_settled() {
    for (const Shared& invocation : std::exchange(waiting_, {}))
        answer(invocation.get(), static_cast<GVariant*>(nullptr));
}

void Service::emit(const char* signal, GVariant* arguments) {
    const glib::Owned<GVariant> owned(g_variant_ref_sink(arguments));
    if (bus_.connection() == nullptr) return;
    g_dbus_connection_emit_signal(bus_.connection(), nullptr, kPath, kName, signal, arguments,
                                  nullptr);
    g_dbus_connection_flush(bus_.connection(), nullptr, nullptr, nullptr);
}

void Service::operation_changed(const HostSleep& sleep) {
    emit("OperationChanged",
         g_variant_new("(ss@a{sv})", sleep.operation.c_str(), word(sleep.state).c_str(),
                       glib::to_variant(to_json(sleep))));
}

void Service::guest_changed(const std::string& operation, const std::string& guest,
                            const std::string& state, const std::string& text) {
    const auto valid = [](const std::string& words) {
        gchar* made = g_utf8_make_valid(words.data(), static_cast<gssize>(words.size()));
        std::string result = made;
        g_free(made);
        return result;
    };
    emit("GuestChanged", g_variant_new("(ssss)", operation.c_str(), valid(guest).c_str(),
                                       state.c_str(), valid(text).c_str()));
}

}  // namespace hypnos::hostd
