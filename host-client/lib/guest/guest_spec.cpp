// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/guest_spec.hpp"

namespace hypnos {
namespace {

std::string* member(GuestSpec& spec, std::string_view key) {
    if (key == "qmp") return &spec.qmp;
    if (key == "agent") return &spec.agent;
    if (key == "power") return &spec.power;
    return nullptr;
}

tl::unexpected<Error> wrong(std::string_view text, const std::string& why) {
    return fail(ErrorCode::Usage, "guest '" + std::string(text) + "': " + why +
                                      "; write qmp=PATH,agent=PATH,power=PATH, or some of them");
}

Result<void> add(GuestSpec& spec, std::string_view part, std::string_view text) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) return wrong(text, "'" + std::string(part) + "' has no '='");
    const std::string key(part.substr(0, equals));
    std::string* path = member(spec, key);
    if (path == nullptr) return wrong(text, "unknown key '" + key + "'");
    if (!path->empty()) return wrong(text, "'" + key + "' is given twice");
    *path = part.substr(equals + 1);
    if (path->empty()) return wrong(text, "'" + key + "' has no path");
    return {};
}

}  // namespace

Result<GuestSpec> parse_guest_spec(std::string_view text) {
    GuestSpec spec;
    spec.name = text;
    std::string_view rest = text;
    while (true) {
        const std::size_t comma = rest.find(',');
        const Result<void> added = add(spec, rest.substr(0, comma), text);
        if (!added) return fail(added.error());
        if (comma == rest.npos) return spec;
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace hypnos
