// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hook_settings.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

constexpr const char* kGroup = "Hook";

template <typename T>
using Words = std::vector<std::pair<std::string_view, T>>;

const Words<OnFailure> kOnFailure = {{"abort", OnFailure::Abort},
                                     {"continue", OnFailure::Continue},
                                     {"required", OnFailure::Required}};
const Words<HookStyle> kStyles = {{"systemd", HookStyle::Systemd},
                                  {"fsfreeze", HookStyle::Fsfreeze}};
const Words<SleepMode> kVerbs = {{"suspend", SleepMode::Ram},
                                 {"hibernate", SleepMode::Disk},
                                 {"hybrid-sleep", SleepMode::Hybrid}};
const Words<milliseconds> kUnits = {{"", milliseconds(1000)},
                                    {"ms", milliseconds(1)},
                                    {"s", milliseconds(1000)},
                                    {"min", milliseconds(60000)}};

template <typename T>
bool read_word(const Words<T>& words, std::string_view word, T& value) {
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
        SleepMode mode{};
        if (!read_word(kVerbs, word, mode)) return false;
        settings.modes.insert(mode);
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

std::string take(char* owned) {
    std::string text = owned == nullptr ? "" : g_strstrip(owned);
    g_free(owned);
    return text;
}

/// Its message, which is freed.
tl::unexpected<Error> fail_with(GError* error) {
    const std::string message = error->message;
    g_error_free(error);
    return fail(message);
}

Result<void> read_key(GKeyFile* file, const char* name, HookSettings& settings) {
    const auto* key = std::find_if(kKeys.begin(), kKeys.end(),
                                   [name](const Key& known) { return known.name == name; });
    if (key == kKeys.end())
        return fail(in_quotes(name) +
                    " is no key of [Hook]: Timeout, OnFailure, Verbs and Style are");
    const std::string value = take(g_key_file_get_string(file, kGroup, name, nullptr));
    if (key->read(value, settings)) return {};
    return fail(std::string(name) + "= is " + in_quotes(value) + ", and must be " +
                std::string(key->allowed));
}

Result<void> check_groups(GKeyFile* file) {
    const std::unique_ptr<char*, void (*)(char**)> groups(g_key_file_get_groups(file, nullptr),
                                                          g_strfreev);
    for (char** group = groups.get(); *group != nullptr; ++group) {
        if (std::string_view(*group) != kGroup)
            return fail("its only group can be [Hook], not " + in_quotes(*group));
    }
    return {};
}

}  // namespace

const char* verb(SleepMode mode) {
    for (const auto& [word, meaning] : kVerbs) {
        if (meaning == mode) return word.data();
    }
    return "";
}

Result<HookSettings> parse_hook_settings(const std::string& text) {
    const std::unique_ptr<GKeyFile, void (*)(GKeyFile*)> file(g_key_file_new(), g_key_file_unref);
    GError* error = nullptr;
    if (g_key_file_load_from_data(file.get(), text.data(), text.size(), G_KEY_FILE_NONE, &error) ==
        FALSE)
        return fail_with(error);
    if (const Result<void> checked = check_groups(file.get()); !checked)
        return fail(checked.error());
    const std::unique_ptr<char*, void (*)(char**)> keys(
        g_key_file_get_keys(file.get(), kGroup, nullptr, nullptr), g_strfreev);
    HookSettings settings;
    for (char** key = keys.get(); key != nullptr && *key != nullptr; ++key) {
        if (const Result<void> read = read_key(file.get(), *key, settings); !read)
            return fail(read.error());
    }
    return settings;
}

}  // namespace hypnos::agent
