// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/domains.hpp"

#include <algorithm>
#include <utility>

#include "fleet/names.hpp"

namespace hypnos {
namespace {

std::vector<std::string> each_once(const std::vector<std::string>& uris) {
    std::vector<std::string> result;
    for (const std::string& uri : uris) {
        if (std::find(result.begin(), result.end(), uri) == result.end()) result.push_back(uri);
    }
    return result;
}

}  // namespace

Result<Domains> Domains::ask(const std::vector<std::string>& given, const ListDomains& list) {
    Domains result;
    const std::vector<std::string> uris = each_once(given);
    const std::vector<std::string> hosts = host_names(uris);
    for (std::size_t i = 0; i < uris.size(); ++i) {
        Result<std::vector<GuestSpec>> listed = list(uris[i]);
        if (!listed) return fail(listed.error());
        result.hosts_ += (i == 0 ? "" : ", ") + uris[i];
        for (GuestSpec& guest : *listed) {
            const std::string name = uris.size() == 1 ? guest.name : hosts[i] + "/" + guest.name;
            result.add(std::move(guest), uris[i], name);
        }
    }
    for (const auto& [name, guest] : result.guests_) result.names_.push_back(name);
    return result;
}

void Domains::add(GuestSpec guest, const std::string& uri, const std::string& name) {
    guest.uri = uri;
    guest.domain = guest.name;
    guest.name = name;
    guests_[name] = std::move(guest);
}

}  // namespace hypnos
