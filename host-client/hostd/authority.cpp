// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "authority.hpp"

#include "sleep/system/bus/dbus.hpp"

namespace hypnos::hostd {
namespace {

/// A person may take this long to find the password.
constexpr int kLimitMs = 120'000;
constexpr guint32 kAllowUserInteraction = 1;

Error denied(const std::string& action, const std::string& why) {
    return {ErrorCode::Refused, "not authorized for " + action + ": " + why};
}

Result<void> verdict(const std::string& action, GVariant* answer) {
    gboolean authorized = FALSE, challenge = FALSE;
    g_variant_get(answer, "((bba{ss}))", &authorized, &challenge, nullptr);
    if (authorized == TRUE) return {};
    return fail(denied(action, challenge == TRUE
                                   ? "polkit wants a password, and nobody could be asked for it"
                                   : "polkit says no"));
}

}  // namespace

void Authority::call(const char* service, const char* path, const char* interface,
                     const char* method, GVariant* arguments,
                     std::function<void(Result<glib::Owned<GVariant>>)> done) const {
    g_dbus_connection_call(
        bus_.get(), service, path, interface, method, arguments, nullptr, G_DBUS_CALL_FLAGS_NONE,
        kLimitMs, scope_.get(), glib::Scope::ready,
        scope_.pending([done = std::move(done)](GObject* source, GAsyncResult* result) {
            GError* error = nullptr;
            glib::Owned<GVariant> answer(
                g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error));
            answer ? done(std::move(answer)) : done(fail(sleep::words_of(error)));
        }));
}

void Authority::check(const Caller& caller, const std::string& action, Done done) const {
    constexpr const char* kBus = "org.freedesktop.DBus";
    call(kBus, "/org/freedesktop/DBus", kBus, "GetConnectionUnixUser",
         g_variant_new("(s)", caller.bus_name.c_str()),
         [this, caller, action, done](const Result<glib::Owned<GVariant>>& answer) {
             if (!answer) return done(fail(denied(action, answer.error().message)));
             guint32 uid = 1;
             if (g_variant_is_of_type(answer->get(), G_VARIANT_TYPE("(u)")) == TRUE)
                 g_variant_get(answer->get(), "(u)", &uid);
             uid == 0 ? done({}) : ask_polkit(caller, action, done);
         });
}

void Authority::ask_polkit(const Caller& caller, const std::string& action,
                           const Done& done) const {
    GVariantBuilder subject, details;
    g_variant_builder_init(&subject, G_VARIANT_TYPE("a{sv}"));
    g_variant_builder_add(&subject, "{sv}", "name", g_variant_new_string(caller.bus_name.c_str()));
    g_variant_builder_init(&details, G_VARIANT_TYPE("a{ss}"));
    call("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
         "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization",
         g_variant_new("((sa{sv})sa{ss}us)", "system-bus-name", &subject, action.c_str(), &details,
                       caller.interactive ? kAllowUserInteraction : 0U, ""),
         [action, done](const Result<glib::Owned<GVariant>>& answer) {
             if (!answer)
                 return done(
                     fail(denied(action, "polkit does not answer (" + answer.error().message +
                                             "), so only root may")));
             if (g_variant_is_of_type(answer->get(), G_VARIANT_TYPE("((bba{ss}))")) == FALSE)
                 return done(fail(denied(action, "polkit's answer is not understood")));
             done(verdict(action, answer->get()));
         });
}

}  // namespace hypnos::hostd
