// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Kills the agent at a chosen point of a transaction. Preloaded into an unchanged hypnos-agent, it
// reads the debug line that the agent writes before and after each effect ("effect NAME", "effect
// NAME done") and counts them.
//
//   /run/crash-at      a number N: at the N-th such line SIGKILL. Numbers after it, one in a line, are
//                      for the next agents. The file is removed when the last one has come.
//   /run/crash-points  the line of each point is written here

#include <glib.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr const char* kAt = "/run/crash-at";
constexpr const char* kNext = "/run/crash-at.next";
constexpr const char* kPoints = "/run/crash-points";

int points_seen = 0;

std::string content_of(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A new file, because a name that is there has its whole content.
void leave_to_next(const std::string& numbers) {
    if (numbers.empty()) {
        unlink(kAt);
        return;
    }
    std::ofstream(kNext) << numbers;
    rename(kNext, kAt);
}

void pass_point(const char* line) {
    const std::string numbers = content_of(kAt);
    const int chosen = atoi(numbers.c_str());
    if (chosen == 0) return;
    std::ofstream(kPoints, std::ios::app) << line << '\n';
    if (++points_seen != chosen) return;
    leave_to_next(numbers.substr(numbers.find('\n') + 1));
    kill(getpid(), SIGKILL);
}

const char* message_in(const GLogField* fields, gsize count) {
    for (gsize i = 0; i < count; ++i) {
        if (strcmp(fields[i].key, "MESSAGE") == 0) return static_cast<const char*>(fields[i].value);
    }
    return "";
}

GLogWriterOutput write_log(GLogLevelFlags level, const GLogField* fields, gsize count,
                           gpointer data) {
    const char* message = message_in(fields, count);
    if (g_str_has_prefix(message, "effect ")) pass_point(message);
    return g_log_writer_default(level, fields, count, data);
}

__attribute__((constructor)) void listen() { g_log_set_writer_func(write_log, nullptr, nullptr); }

}  // namespace
