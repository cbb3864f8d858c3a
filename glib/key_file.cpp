// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/key_file.hpp"

#include <glib.h>

#include <memory>

namespace hypnos::glib {
namespace {

std::vector<std::string> as_vector(gchar** owned) {
    const std::unique_ptr<gchar*, decltype(&g_strfreev)> strings(owned, g_strfreev);
    return {owned, owned + g_strv_length(owned)};
}

std::string value_of(GKeyFile* file, const std::string& group, const std::string& key) {
    gchar* text = g_key_file_get_value(file, group.c_str(), key.c_str(), nullptr);
    std::string value = g_strstrip(text);
    g_free(text);
    return value;
}

std::vector<KeyGroup> groups_of(GKeyFile* file) {
    std::vector<KeyGroup> groups;
    for (const std::string& name : as_vector(g_key_file_get_groups(file, nullptr))) {
        KeyGroup& group = groups.emplace_back(KeyGroup{name, {}});
        for (const std::string& key :
             as_vector(g_key_file_get_keys(file, name.c_str(), nullptr, nullptr)))
            group.keys.push_back({key, value_of(file, name, key)});
    }
    return groups;
}

}  // namespace

Result<std::vector<KeyGroup>> parse_key_file(const std::string& text) {
    const std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)> file(g_key_file_new(),
                                                                      g_key_file_unref);
    GError* error = nullptr;
    if (g_key_file_load_from_data(file.get(), text.data(), text.size(), G_KEY_FILE_NONE, &error) ==
        TRUE)
        return groups_of(file.get());
    const std::string message = error->message;
    g_error_free(error);
    return fail(message);
}

}  // namespace hypnos::glib
