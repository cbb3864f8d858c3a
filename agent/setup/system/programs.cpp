// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/programs.hpp"

#include <glib.h>

#include <array>

namespace hypnos::setup {
namespace {

/// Of what a program said only the end is shown.
constexpr std::size_t kShown = 500;

std::string taken(gchar* text) {
    std::string result = text == nullptr ? "" : text;
    g_free(text);
    return result;
}

std::string taken(GError* error) {
    std::string message = error->message;
    g_error_free(error);
    return message;
}

std::string end_of(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.size() > kShown ? "..." + text.substr(text.size() - kShown) : text;
}

/// Its words are read, so they are English.
gchar** environment() {
    gchar** variables = g_environ_setenv(g_get_environ(), "LC_ALL", "C.UTF-8", TRUE);
    return g_environ_setenv(variables, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
}

}  // namespace

std::string find_program(const Root& root, const std::string& name) {
    constexpr std::array kDirectories = {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};
    for (const char* directory : kDirectories)
        if (root.has(directory + name)) return directory + name;
    return "";
}

Result<std::string> run(const std::vector<std::string>& command) {
    std::vector<gchar*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<gchar*>(word.c_str()));
    arguments.push_back(nullptr);
    gchar** variables = environment();
    gchar* output = nullptr;
    gchar* complaint = nullptr;
    gint status = 0;
    GError* error = nullptr;
    const bool ran = g_spawn_sync(nullptr, arguments.data(), variables, G_SPAWN_DEFAULT, nullptr,
                                  nullptr, &output, &complaint, &status, &error) == TRUE;
    g_strfreev(variables);
    const std::string printed = taken(output);
    const std::string complained = taken(complaint);
    if (!ran) return fail(command[0] + ": " + taken(error));
    if (g_spawn_check_wait_status(status, &error) == TRUE) return printed;
    return fail(command[0] + ": " + taken(error) + ": " + end_of(complained + printed));
}

}  // namespace hypnos::setup
