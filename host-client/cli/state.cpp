// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "state.hpp"

#include <glib/gstdio.h>
#include <unistd.h>

#include <memory>

#include "hypnos/protocol/reader.hpp"
#include "terminal.hpp"

namespace hypnos::cli {
namespace {

constexpr std::size_t kNameMost = 200;

std::string owned(char* text) {
    std::string result = text == nullptr ? "" : text;
    g_free(text);
    return result;
}

std::string directory() {
    if (const char* chosen = g_getenv("HYPNOS_STATE"); chosen != nullptr) return chosen;
    if (geteuid() == 0) return "/var/lib/hypnos/guests";
    return std::string(g_get_user_state_dir()) + "/hypnos/guests";
}

/// Where it is, as its name depends on the words that it was asked for with.
std::string identity_of(const GuestSpec& guest) {
    if (!guest.domain.empty()) return guest.uri + " " + guest.domain;
    return guest.qmp + " " + guest.agent + " " + guest.power;
}

std::string path_of(const GuestSpec& guest) {
    const std::string identity = identity_of(guest);
    std::string name = owned(g_uri_escape_string(identity.c_str(), nullptr, FALSE));
    if (name.size() > kNameMost)
        name = owned(g_compute_checksum_for_string(G_CHECKSUM_SHA256, identity.c_str(), -1));
    return directory() + "/" + name + ".json";
}

}  // namespace

Json remembered(const GuestSpec& guest) {
    char* text = nullptr;
    gsize length = 0;
    if (g_file_get_contents(path_of(guest).c_str(), &text, &length, nullptr) == FALSE) return {};
    const std::unique_ptr<char, decltype(&g_free)> owner(text, g_free);
    return read_json({text, length}).value_or(Json());
}

void remember(const GuestSpec& guest, const Json& report) {
    const std::string verb = report["verb"].string().value_or("");
    Json state = Json::object();
    if (const Json suspend = remembered(guest)["suspend"]; verb != "suspend" && !suspend.is_null())
        state.set("suspend", suspend);
    state.set(verb, report);
    const std::string text = state.dump() + "\n", path = path_of(guest);
    g_mkdir_with_parents(directory().c_str(), 0700);
    GError* error = nullptr;
    if (g_file_set_contents_full(path.c_str(), text.data(), static_cast<gssize>(text.size()),
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error) == TRUE)
        return;
    complain("cannot remember the report of " + guest.name + ": " + error->message);
    g_error_free(error);
}

}  // namespace hypnos::cli
