// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Kills the agent at a chosen point of a transaction. Preloaded into an unchanged hypnos-agent, it
// reads the debug line that the agent writes before and after each effect ("effect NAME", "effect
// NAME done") and counts them.
//
//   /run/crash-at      a number N: at the N-th such line SIGKILL; the file is removed first
//   /run/crash-points  the line of each point is written here

#include <glib.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

constexpr const char* kAt = "/run/crash-at";
constexpr const char* kPoints = "/run/crash-points";

int points_seen = 0;

int chosen_point() {
    int number = 0;
    if (FILE* file = fopen(kAt, "re")) {
        if (fscanf(file, "%d", &number) != 1) number = 0;
        fclose(file);
    }
    return number;
}

void pass_point(const char* line) {
    const int chosen = chosen_point();
    if (chosen == 0) return;
    if (FILE* file = fopen(kPoints, "ae")) {
        fprintf(file, "%s\n", line);
        fclose(file);
    }
    if (++points_seen != chosen) return;
    unlink(kAt);
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
