// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/guests_d.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "fleet/guest_file.hpp"
#include "spelling.hpp"

namespace hypnos {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kSuffix = ".conf";
constexpr const char* kNameBytes =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/// Empty unless it is the file of a guest. Files that begin with a dot are an editor's.
std::string guest_of(std::string_view file) {
    if (!file.ends_with(kSuffix) || file.starts_with('.')) return "";
    file.remove_suffix(kSuffix.size());
    return file.find_first_not_of(kNameBytes) == file.npos ? std::string(file) : "";
}

/// GLib's words, which name the path.
tl::unexpected<Error> usage(GError* error) {
    const std::unique_ptr<GError, decltype(&g_error_free)> owned(error, g_error_free);
    return fail(ErrorCode::Usage, owned->message);
}

Result<Names> guests_in(const std::string& directory) {
    GError* error = nullptr;
    GDir* opened = g_dir_open(directory.c_str(), 0, &error);
    if (opened == nullptr && g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) == TRUE)
        return g_error_free(error), Names();
    if (opened == nullptr) return usage(error);
    const std::unique_ptr<GDir, decltype(&g_dir_close)> dir(opened, g_dir_close);
    Names names;
    while (const char* file = g_dir_read_name(dir.get())) {
        if (std::string name = guest_of(file); !name.empty()) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::string> contents(const std::string& path) {
    GError* error = nullptr;
    gchar* text = nullptr;
    gsize size = 0;
    if (g_file_get_contents(path.c_str(), &text, &size, &error) == FALSE) return usage(error);
    const std::unique_ptr<gchar, decltype(&g_free)> owned(text, g_free);
    return std::string(text, size);
}

Result<GuestSpec> read(const std::string& path) {
    const Result<std::string> text = contents(path);
    return text ? parse_guest_file(*text) : fail(text.error());
}

Names names_of(const std::vector<GuestSpec>& domains) {
    Names names;
    for (const GuestSpec& each : domains) names.push_back(each.name);
    return names;
}

}  // namespace

Result<GuestsD> GuestsD::open(const std::string& directory, const ListDomains& list) {
    GuestsD result(directory, list);
    Result<Names> names = guests_in(directory);
    if (!names) return fail(names.error());
    result.names_ = *std::move(names);
    return result;
}

Result<GuestSpec> GuestsD::guest(const std::string& name) {
    const std::string path = directory_ + "/" + name + std::string(kSuffix);
    Result<GuestSpec> guest = read(path);
    if (guest) guest = check_after(*guest).and_then([&] { return with_ports(*guest); });
    if (!guest) return fail(guest.error().code, path + ": " + guest.error().message);
    guest->name = name;
    return guest;
}

Result<void> GuestsD::check_after(const GuestSpec& guest) const {
    for (const std::string& name : guest.after) {
        if (!std::binary_search(names_.begin(), names_.end(), name))
            return fail(ErrorCode::Usage, "After=: there is no guest '" + name + "' " + where() +
                                              did_you_mean(name, names_));
    }
    return {};
}

Result<GuestSpec> GuestsD::with_ports(const GuestSpec& guest) {
    if (guest.domain.empty()) return guest;
    const Result<std::vector<GuestSpec>> known = domains(guest.uri);
    if (!known) return fail(known.error());
    const auto found = std::find_if(known->begin(), known->end(), [&](const GuestSpec& each) {
        return each.name == guest.domain;
    });
    if (found == known->end())
        return fail(ErrorCode::Usage, "Domain=: " + guest.uri + " has no domain '" + guest.domain +
                                          "'" + did_you_mean(guest.domain, names_of(*known)));
    GuestSpec result = guest;
    result.agent = found->agent;
    result.power = found->power;
    if (result.macs.empty()) result.macs = found->macs;
    return result;
}

Result<std::vector<GuestSpec>> GuestsD::domains(const std::string& uri) {
    const auto known = domains_.find(uri);
    if (known != domains_.end()) return known->second;
    Result<std::vector<GuestSpec>> listed = list_(uri);
    if (listed) domains_[uri] = *listed;
    return listed;
}

}  // namespace hypnos
