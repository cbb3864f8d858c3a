// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/spec.hpp"

#include <optional>
#include <string>
#include <vector>

#include "capi/options.hpp"
#include "mac.hpp"

namespace hypnos::capi {
namespace {

bool is_json(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != text.npos && text[first] == '{';
}

bool reaches_nothing(const GuestSpec& spec) {
    return spec.domain.empty() && spec.qmp.empty() && spec.agent.empty() && spec.power.empty();
}

void check(const GuestSpec& spec, Options& options) {
    if (reaches_nothing(spec)) options.wrong("one of qmp, agent, power and domain is needed");
    if (spec.domain.empty() != spec.uri.empty())
        options.wrong("a domain of libvirt needs both uri and domain");
    if (!spec.domain.empty() && !spec.qmp.empty())
        options.wrong("a domain of libvirt has no qmp: libvirt has it");
}

std::vector<std::string> read_macs(Options& options) {
    std::vector<std::string> macs = options.texts("macs");
    for (std::string& text : macs) {
        const std::optional<std::string> mac = mac_of(text);
        if (!mac) options.wrong("macs: " + in_quotes(text) + " is no MAC address");
        text = mac.value_or("");
    }
    return macs;
}

Json array_of(const std::vector<std::string>& texts) {
    Json result = Json::array();
    for (const std::string& text : texts) result.append(text);
    return result;
}

}  // namespace

Result<GuestSpec> read_spec(std::string_view text) {
    if (!is_json(text)) return parse_guest_spec(text);
    const Result<Json> object = read_object("guest", text);
    if (!object) return fail(object.error());
    Options options("guest", *object);
    GuestSpec spec{.name = options.text("name"),
                   .qmp = options.text("qmp"),
                   .agent = options.text("agent"),
                   .power = options.text("power"),
                   .uri = options.text("uri"),
                   .domain = options.text("domain"),
                   .after = options.texts("after"),
                   .macs = read_macs(options)};
    check(spec, options);
    if (const Result<void> good = options.finish(); !good) return fail(good.error());
    if (spec.name.empty()) spec.name = spec.domain.empty() ? std::string(text) : spec.domain;
    return spec;
}

Json to_json(const GuestSpec& spec) {
    Json result = Json::object({{"name", spec.name}});
    const auto add = [&](const char* member, const std::string& value) {
        if (!value.empty()) result.set(member, value);
    };
    add("qmp", spec.qmp);
    add("agent", spec.agent);
    add("power", spec.power);
    add("uri", spec.uri);
    add("domain", spec.domain);
    if (!spec.after.empty()) result.set("after", array_of(spec.after));
    if (!spec.macs.empty()) result.set("macs", array_of(spec.macs));
    return result;
}

}  // namespace hypnos::capi
