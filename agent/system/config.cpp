// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/config.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sleep/core/number.hpp"
#include "sleep/system/config_files.hpp"

namespace hypnos::agent {
namespace {

using Member = std::variant<bool Config::*, Backend Config::*, std::chrono::seconds Config::*,
                            int Config::*, std::optional<SleepMode> Config::*>;

struct Key {
    const char* group;
    const char* name;
    Member member;
};
const std::array kKeys = {
    Key{"Sleep", "Backend", &Config::backend},
    Key{"Sleep", "SystemSleepHooks", &Config::system_sleep_hooks},
    Key{"Sleep", "FsfreezeHooks", &Config::fsfreeze_hooks},
    Key{"Sleep", "SwapOffLimit", &Config::swap_off_limit},
    Key{"Freeze", "ThawAfter", &Config::thaw_after},
    Key{"Button", "Sleep", &Config::button_sleep},
    Key{"Button", "Debounce", &Config::button_debounce},
    Key{"Button", "Attempts", &Config::button_attempts},
    Key{"Button", "RetryAfter", &Config::button_retry_after},
    Key{"Button", "Keyboards", &Config::button_keyboards},
    Key{"Commands", "Exec", &Config::exec},
    Key{"Commands", "File", &Config::file},
    Key{"Commands", "Password", &Config::password},
    Key{"Commands", "SshKeys", &Config::ssh_keys},
    Key{"Resume", "Clock", &Config::set_clock},
    Key{"Resume", "Reseed", &Config::reseed},
    Key{"Resume", "Network", &Config::nudge_network},
};
constexpr const char* kGroups = "[Sleep], [Freeze], [Button], [Commands] and [Resume]";

constexpr std::array<std::string_view, 4> kTrue = {"yes", "true", "on", "1"};
constexpr std::array<std::string_view, 4> kFalse = {"no", "false", "off", "0"};
constexpr std::array kBackends = {Backend::Sysfs, Backend::Logind};
constexpr unsigned kSecondsMax = 86400;
constexpr int kAttemptsMax = 100;
constexpr std::string_view kIgnore = "ignore";

std::optional<bool> as_flag(std::string_view word) {
    if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
    if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
    return std::nullopt;
}

// False if the word may not stand there.

bool put(bool& flag, std::string_view word) {
    const std::optional<bool> given = as_flag(word);
    if (given) flag = *given;
    return given.has_value();
}

bool put(Backend& backend, std::string_view word) {
    const auto* const found = std::find_if(kBackends.begin(), kBackends.end(),
                                           [word](Backend each) { return name_of(each) == word; });
    if (found == kBackends.end()) return false;
    backend = *found;
    return true;
}

bool put(std::chrono::seconds& time, std::string_view word) {
    const std::optional<unsigned> seconds = whole_number<unsigned>(word);
    if (!seconds || *seconds == 0 || *seconds > kSecondsMax) return false;
    time = std::chrono::seconds(*seconds);
    return true;
}

bool put(int& attempts, std::string_view word) {
    const std::optional<int> number = whole_number<int>(word);
    if (!number || *number < 1 || *number > kAttemptsMax) return false;
    attempts = *number;
    return true;
}

bool put(std::optional<SleepMode>& mode, std::string_view word) {
    mode = enumerator<SleepMode>(kSleepModeNames, word);
    return mode || word == kIgnore;
}

/// By the order of Member's types.
std::string what_may_stand(const Key& key) {
    const std::array words = {
        std::string("yes, true, on, 1 or no, false, off, 0"), std::string("sysfs or logind"),
        "from 1 to " + std::to_string(kSecondsMax) + " seconds",
        "from 1 to " + std::to_string(kAttemptsMax), std::string("ignore, ram, disk or hybrid")};
    return words.at(key.member.index());
}

std::string known_keys(const std::string& group) {
    std::string names;
    for (const Key& key : kKeys) {
        if (key.group == group) names += (names.empty() ? "" : ", ") + std::string(key.name);
    }
    return names;
}

/// What is wrong with the name of a group or a key, or nothing.
std::string unknown(const std::string& group, const std::string& name) {
    const std::string known = known_keys(group);
    if (known.empty()) return "there is no group [" + group + "]; there are " + kGroups;
    return "[" + group + "] has no key " + name + "; it has " + known;
}

Result<void> apply(Config& config, const std::string& group, const glib::KeyGroup::Key& given) {
    const auto key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& each) {
        return each.group == group && each.name == given.name;
    });
    if (key == kKeys.end()) return fail(unknown(group, given.name));
    const auto put_into = [&](auto member) { return put(config.*member, given.value); };
    if (std::visit(put_into, key->member)) return {};
    return fail("[" + group + "] " + given.name + "= is " + in_quotes(given.value) +
                ", but may be " + what_may_stand(*key));
}

Result<void> apply(Config& config, const glib::KeyGroup& group) {
    if (known_keys(group.name).empty()) return fail(unknown(group.name, ""));
    for (const glib::KeyGroup::Key& key : group.keys) {
        if (Result<void> applied = apply(config, group.name, key); !applied) return applied;
    }
    return {};
}

}  // namespace

std::string_view name_of(Backend backend) { return backend == Backend::Sysfs ? "sysfs" : "logind"; }

Result<Config> read_config(const Root& root) {
    Config config;
    const Result<void> read =
        read_config_files(root, "agent.conf",
                          [&config](const glib::KeyGroup& group) { return apply(config, group); });
    if (!read) return fail(read.error());
    return config;
}

}  // namespace hypnos::agent
