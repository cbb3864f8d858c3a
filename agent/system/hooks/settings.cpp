// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "glib/key_file.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

constexpr const char* kGroup = "Hook";

template <typename T>
using Word = std::pair<std::string_view, T>;

constexpr std::array kOnFailure = {Word<OnFailure>{"abort", OnFailure::Abort},
                                   Word<OnFailure>{"continue", OnFailure::Continue},
                                   Word<OnFailure>{"required", OnFailure::Required}};
constexpr std::array kStyles = {Word<HookStyle>{"systemd", HookStyle::Systemd},
                                Word<HookStyle>{"fsfreeze", HookStyle::Fsfreeze}};
constexpr std::array kUnits = {
    Word<milliseconds>{"", milliseconds(1000)}, Word<milliseconds>{"ms", milliseconds(1)},
    Word<milliseconds>{"s", milliseconds(1000)}, Word<milliseconds>{"min", milliseconds(60000)}};

template <typename T, std::size_t N>
bool read_word(const std::array<Word<T>, N>& words, std::string_view word, T& value) {
    for (const auto& [known, meaning] : words) {
        if (known != word) continue;
        value = meaning;
        return true;
    }
    return false;
}

bool read_limit(const std::string& text, HookSettings& settings) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || number <= 0) return false;
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    milliseconds scale{};
    if (!read_word(kUnits, unit.substr(std::min(unit.find_first_not_of(' '), unit.size())), scale))
        return false;
    const milliseconds longest = HookSettings::kLongestLimit;
    settings.limit = number > longest / scale ? longest : number * scale;
    return true;
}

bool read_verbs(const std::string& text, HookSettings& settings) {
    settings.modes.clear();
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto mode = enumerator<SleepMode>(kVerbs, word);
        if (!mode) return false;
        settings.modes.insert(*mode);
    }
    return !settings.modes.empty();
}

struct Key {
    std::string_view name, allowed;
    bool (*read)(const std::string& text, HookSettings& settings);
};

constexpr std::array kKeys = {
    Key{"Timeout", "a number of seconds, or one with ms, s or min", read_limit},
    Key{"OnFailure", "abort, continue or required",
        [](const std::string& text, HookSettings& settings) {
            return read_word(kOnFailure, text, settings.on_failure);
        }},
    Key{"Verbs", "one or more of suspend, hibernate and hybrid-sleep", read_verbs},
    Key{"Style", "systemd or fsfreeze",
        [](const std::string& text, HookSettings& settings) {
            return read_word(kStyles, text, settings.style);
        }},
};

Result<void> read_key(const glib::KeyGroup::Key& given, HookSettings& settings) {
    const auto* key = std::find_if(kKeys.begin(), kKeys.end(),
                                   [&](const Key& known) { return known.name == given.name; });
    if (key == kKeys.end())
        return fail(in_quotes(given.name) +
                    " is no key of [Hook]: Timeout, OnFailure, Verbs and Style are");
    if (key->read(given.value, settings)) return {};
    return fail(given.name + "= is " + in_quotes(given.value) + ", and must be " +
                std::string(key->allowed));
}

}  // namespace

Result<HookSettings> parse_hook_settings(const std::string& text) {
    const Result<std::vector<glib::KeyGroup>> groups = glib::parse_key_file(text);
    if (!groups) return fail(groups.error());
    HookSettings settings;
    for (const glib::KeyGroup& group : *groups) {
        if (group.name != kGroup)
            return fail("its only group can be [Hook], not " + in_quotes(group.name));
        for (const glib::KeyGroup::Key& key : group.keys) {
            if (const Result<void> read = read_key(key, settings); !read) return fail(read.error());
        }
    }
    return settings;
}

}  // namespace hypnos::agent
