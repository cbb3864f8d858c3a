// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/config.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hypnos::agent {
namespace {

/// The later one's keys win.
constexpr std::array kPlaces = {"/usr/lib/hypnos/agent.conf", "/etc/hypnos/agent.conf"};

struct Key {
    const char* group;
    const char* name;
    bool Config::*flag;  ///< null: Backend=
};
constexpr std::array kKeys = {
    Key{"Sleep", "Backend", nullptr},
    Key{"Sleep", "SystemSleepHooks", &Config::system_sleep_hooks},
    Key{"Sleep", "FsfreezeHooks", &Config::fsfreeze_hooks},
    Key{"Resume", "Clock", &Config::set_clock},
    Key{"Resume", "Reseed", &Config::reseed},
    Key{"Resume", "Network", &Config::nudge_network},
};

constexpr std::array<std::string_view, 4> kTrue = {"yes", "true", "on", "1"};
constexpr std::array<std::string_view, 4> kFalse = {"no", "false", "off", "0"};
constexpr std::array kBackends = {Backend::Sysfs, Backend::Logind};

using KeyFile = std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)>;
using Strings = std::unique_ptr<gchar*, decltype(&g_strfreev)>;

std::vector<std::string> as_vector(gchar** owned) {
    const Strings strings(owned, g_strfreev);
    return {owned, owned + g_strv_length(owned)};
}

std::optional<bool> as_flag(std::string_view word) {
    if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
    if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
    return std::nullopt;
}

/// False if the word may not stand there.
bool set(Config& config, const Key& key, std::string_view word) {
    if (key.flag != nullptr) {
        const std::optional<bool> flag = as_flag(word);
        if (flag) config.*key.flag = *flag;
        return flag.has_value();
    }
    const auto backend = std::find_if(kBackends.begin(), kBackends.end(),
                                      [word](Backend each) { return name_of(each) == word; });
    if (backend == kBackends.end()) return false;
    config.backend = *backend;
    return true;
}

std::string what_may_stand(const Key& key) {
    return key.flag != nullptr ? "yes, true, on, 1 or no, false, off, 0" : "sysfs or logind";
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
    if (known.empty()) return "there is no group [" + group + "]; there are [Sleep] and [Resume]";
    return "[" + group + "] has no key " + name + "; it has " + known;
}

Result<void> apply(Config& config, GKeyFile* file, const std::string& group,
                   const std::string& name) {
    const auto key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& each) {
        return each.group == group && each.name == name;
    });
    if (key == kKeys.end()) return fail(unknown(group, name));
    gchar* text = g_key_file_get_value(file, group.c_str(), name.c_str(), nullptr);
    const std::string word = g_strstrip(text);
    g_free(text);
    if (set(config, *key, word)) return {};
    return fail("[" + group + "] " + name + "= is " + in_quotes(word) + ", but may be " +
                what_may_stand(*key));
}

Result<void> apply_all(Config& config, GKeyFile* file) {
    for (const std::string& group : as_vector(g_key_file_get_groups(file, nullptr))) {
        if (known_keys(group).empty()) return fail(unknown(group, ""));
        for (const std::string& name :
             as_vector(g_key_file_get_keys(file, group.c_str(), nullptr, nullptr))) {
            if (Result<void> applied = apply(config, file, group, name); !applied) return applied;
        }
    }
    return {};
}

Result<void> read_text(Config& config, const std::string& text) {
    const KeyFile file(g_key_file_new(), g_key_file_unref);
    GError* error = nullptr;
    if (g_key_file_load_from_data(file.get(), text.c_str(), text.size(), G_KEY_FILE_NONE, &error) ==
        TRUE)
        return apply_all(config, file.get());
    std::string message = error->message;
    g_error_free(error);
    return fail(message);
}

Result<void> read_file(Config& config, const Root& root, const std::string& file) {
    const std::optional<std::string> text = root.read(file);
    if (!text) return fail("cannot read " + root.path(file) + ": is it a file?");
    if (text->empty()) return {};
    if (Result<void> done = read_text(config, *text); !done)
        return fail(root.path(file) + ": " + done.error().message);
    return {};
}

/// Each name once, from the later place.
std::map<std::string, std::string> find_drop_ins(const Root& root) {
    std::map<std::string, std::string> found;
    for (const char* place : kPlaces) {
        const std::string directory = std::string(place) + ".d";
        GDir* dir = g_dir_open(root.path(directory).c_str(), 0, nullptr);
        if (dir == nullptr) continue;
        while (const char* name = g_dir_read_name(dir)) {
            if (std::string_view(name).ends_with(".conf")) found[name] = directory + "/" + name;
        }
        g_dir_close(dir);
    }
    return found;
}

/// In the order of reading.
std::vector<std::string> find_files(const Root& root) {
    const std::map<std::string, std::string> drop_ins = find_drop_ins(root);
    std::vector<std::string> files;
    for (const std::string place : kPlaces) {
        if (g_file_test(root.path(place).c_str(), G_FILE_TEST_EXISTS) == TRUE)
            files.push_back(place);
        for (const auto& [name, path] : drop_ins) {
            if (path.starts_with(place + ".d/")) files.push_back(path);
        }
    }
    return files;
}

}  // namespace

std::string_view name_of(Backend backend) { return backend == Backend::Sysfs ? "sysfs" : "logind"; }

Result<Config> read_config(const Root& root) {
    Config config;
    for (const std::string& file : find_files(root)) {
        if (Result<void> done = read_file(config, root, file); !done) return fail(done.error());
    }
    return config;
}

}  // namespace hypnos::agent
