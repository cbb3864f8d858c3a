// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/settings.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "glib/key_file.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kGroup = "general";

using Member =
    std::variant<bool Settings::*, std::string Settings::*, std::optional<std::string> Settings::*,
                 std::vector<std::string> Settings::*>;

struct Key {
    std::string_view name;
    Member member;
};

/// In the order of qemu-ga's --dump-conf.
const std::array kKeys = {
    Key{"daemon", &Settings::daemon},
    Key{"method", &Settings::method},
    Key{"path", &Settings::path},
    Key{"logfile", &Settings::logfile},
    Key{"pidfile", &Settings::pidfile},
    Key{"fsfreeze-hook", &Settings::fsfreeze_hook},
    Key{"statedir", &Settings::statedir},
    Key{"verbose", &Settings::verbose},
    Key{"retry-path", &Settings::retry_path},
    Key{"block-rpcs", &Settings::block_rpcs},
    Key{"allow-rpcs", &Settings::allow_rpcs},
};

/// Of qemu-ga before 7.2.
constexpr std::string_view kOldBlockRpcs = "blacklist";

std::vector<std::string> names_in(const std::string& list) {
    std::vector<std::string> names;
    gchar** parts = g_strsplit_set(list.c_str(), ",;", -1);
    for (gchar** part = parts; *part != nullptr; ++part) {
        if (*g_strstrip(*part) != '\0') names.emplace_back(*part);
    }
    g_strfreev(parts);
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
    return list;
}

Result<void> put(bool& flag, const std::string& value) {
    if (value != "true" && value != "false" && value != "1" && value != "0")
        return fail("is " + in_quotes(value) + ", but may be true, false, 1 or 0");
    flag = value == "true" || value == "1";
    return {};
}
Result<void> put(std::string& text, const std::string& value) {
    text = value;
    return {};
}
Result<void> put(std::optional<std::string>& text, const std::string& value) {
    text = value;
    return {};
}
Result<void> put(std::vector<std::string>& names, const std::string& value) {
    for (std::string& name : names_in(value)) names.push_back(std::move(name));
    return {};
}

std::optional<std::string> shown(bool flag) { return flag ? "true" : "false"; }
std::optional<std::string> shown(const std::string& text) { return text; }
std::optional<std::string> shown(const std::optional<std::string>& text) { return text; }
std::optional<std::string> shown(const std::vector<std::string>& names) { return joined(names); }

}  // namespace

Result<bool> set(Settings& settings, std::string_view key, const std::string& value) {
    if (key == kOldBlockRpcs) key = "block-rpcs";
    const auto* const found = std::find_if(kKeys.begin(), kKeys.end(),
                                           [key](const Key& each) { return each.name == key; });
    if (found == kKeys.end()) return false;
    const Result<void> done =
        std::visit([&](auto member) { return put(settings.*member, value); }, found->member);
    if (!done) return fail(std::string(key) + "= " + done.error().message);
    return true;
}

Result<void> read_settings(Settings& settings, const std::string& text,
                           void (*warn)(const std::string&)) {
    const Result<std::vector<glib::KeyGroup>> groups = glib::parse_key_file(text);
    if (!groups) return fail(groups.error());
    for (const glib::KeyGroup& group : *groups) {
        if (group.name != kGroup) warn("there is no group [" + group.name + "], only [general]");
        if (group.name != kGroup) continue;
        for (const auto& [name, value] : group.keys) {
            const Result<bool> known = set(settings, name, value);
            if (!known) return fail(known.error());
            if (!*known) warn("there is no key " + name + "; it changes nothing");
        }
    }
    return {};
}

std::string dump(const Settings& settings) {
    std::string text = std::string("[") + kGroup + "]\n";
    for (const Key& key : kKeys) {
        const std::optional<std::string> value =
            std::visit([&](auto member) { return shown(settings.*member); }, key.member);
        if (value) text += std::string(key.name) + "=" + *value + "\n";
    }
    return text;
}

}  // namespace hypnos::agent
