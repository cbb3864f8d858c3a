// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/guest_file.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "glib/key_file.hpp"
#include "mac.hpp"
#include "spelling.hpp"

namespace hypnos {
namespace {

constexpr const char* kGroup = "Guest";
constexpr const char* kAfter = "After";
constexpr const char* kMac = "Mac";

struct Key {
    const char* name;
    std::string GuestSpec::*member;
    bool is_path;
};

constexpr std::array kKeys{
    Key{"Qmp", &GuestSpec::qmp, true},        Key{"Agent", &GuestSpec::agent, true},
    Key{"Power", &GuestSpec::power, true},    Key{"Connect", &GuestSpec::uri, false},
    Key{"Domain", &GuestSpec::domain, false},
};

tl::unexpected<Error> wrong(const std::string& why) { return fail(ErrorCode::Usage, why); }

tl::unexpected<Error> unknown_key(const std::string& name) {
    std::vector<std::string> known{kAfter, kMac};
    for (const Key& key : kKeys) known.emplace_back(key.name);
    return wrong("[Guest] has no key '" + name + "'" + did_you_mean(name, known));
}

std::vector<std::string> split(const std::string& list) {
    const std::unique_ptr<char*, decltype(&g_strfreev)> parts(g_strsplit(list.c_str(), ";", -1),
                                                              g_strfreev);
    std::vector<std::string> result;
    for (char** part = parts.get(); *part != nullptr; ++part) {
        if (std::string text = g_strstrip(*part); !text.empty()) result.push_back(std::move(text));
    }
    return result;
}

Result<void> add_macs(GuestSpec& guest, const std::string& list) {
    for (const std::string& text : split(list)) {
        const std::optional<std::string> mac = mac_of(text);
        if (!mac)
            return wrong("Mac=: " + in_quotes(text) +
                         " is no MAC address; write it as 52:54:00:12:34:56");
        guest.macs.push_back(*mac);
    }
    return {};
}

Result<void> apply(GuestSpec& guest, const glib::KeyGroup::Key& given) {
    if (given.name == kAfter) return guest.after = split(given.value), Result<void>();
    if (given.name == kMac) return add_macs(guest, given.value);
    const auto* key = std::find_if(kKeys.begin(), kKeys.end(),
                                   [&](const Key& each) { return given.name == each.name; });
    if (key == kKeys.end()) return unknown_key(given.name);
    if (given.value.empty()) return wrong(given.name + "= is empty");
    if (key->is_path && given.value.front() != '/')
        return wrong(given.name + "= is " + in_quotes(given.value) +
                     ", and must be a path that begins with /");
    guest.*(key->member) = given.value;
    return {};
}

Result<GuestSpec> complete(GuestSpec guest) {
    const bool sockets = !guest.qmp.empty() || !guest.agent.empty() || !guest.power.empty();
    const bool libvirt = !guest.uri.empty() || !guest.domain.empty();
    if (sockets && libvirt)
        return wrong("Connect= and Domain= do not go together with Qmp=, Agent= and Power=");
    if (!sockets && !libvirt)
        return wrong("Qmp=, Agent= and Power= are all missing, and so are Connect= and Domain=");
    if (libvirt && guest.domain.empty()) return wrong("Connect= without Domain=");
    if (libvirt && guest.uri.empty()) return wrong("Domain= without Connect=");
    return guest;
}

}  // namespace

Result<GuestSpec> parse_guest_file(const std::string& text) {
    const Result<std::vector<glib::KeyGroup>> groups = glib::parse_key_file(text);
    if (!groups) return wrong(groups.error().message);
    GuestSpec guest;
    for (const glib::KeyGroup& group : *groups) {
        if (group.name != kGroup)
            return wrong("its only group can be [Guest], not " + in_quotes(group.name));
        for (const glib::KeyGroup::Key& key : group.keys) {
            if (const Result<void> done = apply(guest, key); !done) return fail(done.error());
        }
    }
    return complete(std::move(guest));
}

}  // namespace hypnos
