// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "config.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "sleep/system/config_files.hpp"
#include "spelling.hpp"

namespace hypnos::hostd {
namespace {

constexpr int kSecondsMost = 3600;
constexpr int kPortMost = 65535;
constexpr const char* kGuestGroup = "Guest ";

using Words = std::vector<std::string>;

struct Key {
    const char* group;
    const char* name;
    bool (*set)(Config&, const std::string& guest,
                const std::string& value);  ///< false: may not stand
    const char* may_stand;
};

template <typename Enum, std::size_t N>
bool choose(Enum& member, const std::array<std::string_view, N>& names, const std::string& value) {
    const std::optional<Enum> chosen = enumerator<Enum>(names, value);
    if (chosen) member = *chosen;
    return chosen.has_value();
}

std::optional<int> whole(const std::string& value, int least, int most) {
    int number = 0;
    const char* end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || rest != end || number < least || number > most) return std::nullopt;
    return number;
}

bool set_backend(Config& config, const std::string&, const std::string& value) {
    return choose(config.backend, kHostBackendNames, value);
}

bool set_delay(Config& config, const std::string&, const std::string& value) {
    const std::optional<int> seconds = whole(value, 0, kSecondsMost);
    if (seconds) config.delay = std::chrono::seconds(*seconds);
    return seconds.has_value();
}

bool set_default_policy(Config& config, const std::string&, const std::string& value) {
    return choose(config.default_policy, kPolicyNames, value);
}

bool set_deadline(Config& config, const std::string&, const std::string& value) {
    const std::optional<int> seconds = whole(value, 1, kSecondsMost);
    if (seconds) config.deadline = std::chrono::seconds(*seconds);
    return seconds.has_value();
}

bool set_on_failure(Config& config, const std::string&, const std::string& value) {
    config.refuse_on_failure = value == "refuse";
    return value == "refuse" || value == "continue";
}

bool set_connect(Config& config, const std::string&, const std::string& value) {
    config.connect.clear();
    std::istringstream uris(value);
    for (std::string uri; std::getline(uris, uri, ';');) {
        if (uri.find_first_not_of(' ') == uri.npos) return false;
        uri.erase(0, uri.find_first_not_of(' ')).erase(uri.find_last_not_of(' ') + 1);
        config.connect.push_back(uri);
    }
    return true;
}

bool set_policy(Config& config, const std::string& guest, const std::string& value) {
    return choose(config.of_guest[guest], kPolicyNames, value);
}

bool set_port(Config& config, const std::string&, const std::string& value) {
    const std::optional<int> port = whole(value, 0, kPortMost);
    if (port) config.wake_on_lan_port = static_cast<std::uint16_t>(*port);
    return port.has_value();
}

constexpr const char* kPolicies = "suspend-ram, suspend-disk, pause or leave";
constexpr std::array kKeys = {
    Key{"Sleep", "Backend", set_backend, "auto, logind or sysfs"},
    Key{"Sleep", "Delay", set_delay, "a number of seconds from 0 to 3600"},
    Key{"Guests", "OnHostSleep", set_default_policy, kPolicies},
    Key{"Guests", "Deadline", set_deadline, "a number of seconds from 1 to 3600"},
    Key{"Guests", "OnFailure", set_on_failure, "continue or refuse"},
    Key{"Guests", "Connect", set_connect, "URIs of libvirt with ';' between them, or empty"},
    Key{"Guest", "OnHostSleep", set_policy, kPolicies},
    Key{"WakeOnLan", "Port", set_port, "a number from 0 to 65535"},
};

/// "Guest NAME" is [Guest] of that name; without one it is none.
struct Group {
    explicit Group(const std::string& text) : name(text) {
        if (!text.starts_with(kGuestGroup)) return;
        guest = text.substr(std::string_view(kGuestGroup).size());
        name = "Guest";
    }
    [[nodiscard]] Words keys() const {
        Words names;
        for (const Key& key : kKeys) {
            if (key.group == name && (name == "Guest") == !guest.empty()) names.push_back(key.name);
        }
        return names;
    }
    std::string name, guest;
};

std::string list(const Words& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

tl::unexpected<Error> wrong(const std::string& text) { return fail(ErrorCode::Usage, text); }

Result<void> apply(Config& config, const glib::KeyGroup& given, const glib::KeyGroup::Key& line) {
    const Group group(given.name);
    const auto key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& each) {
        return each.group == group.name && each.name == line.name;
    });
    const std::string where = "[" + given.name + "] ";
    if (key == kKeys.end())
        return wrong(where + "has no key " + in_quotes(line.name) + "; it has " +
                     list(group.keys()) + did_you_mean(line.name, group.keys()));
    if (key->set(config, group.guest, line.value)) return {};
    return wrong(where + line.name + "= is " + in_quotes(line.value) + ", but may be " +
                 key->may_stand);
}

Result<void> apply(Config& config, const glib::KeyGroup& group) {
    if (Group(group.name).keys().empty())
        return wrong("there is no group [" + group.name +
                     "]; there are [Sleep], [Guests], [Guest NAME] and [WakeOnLan]" +
                     did_you_mean(group.name, {"Sleep", "Guests", "WakeOnLan"}));
    for (const glib::KeyGroup::Key& key : group.keys) {
        if (Result<void> applied = apply(config, group, key); !applied) return applied;
    }
    return {};
}

}  // namespace

Policy Config::policy_of(const std::string& guest) const {
    const auto found = of_guest.find(guest);
    return found == of_guest.end() ? default_policy : found->second;
}

Result<Config> read_config(const sleep::Root& root) {
    Config config;
    const Result<void> read = sleep::read_config_files(
        root, "hostd.conf",
        [&config](const glib::KeyGroup& group) { return apply(config, group); });
    if (!read) return fail(read.error());
    return config;
}

}  // namespace hypnos::hostd
