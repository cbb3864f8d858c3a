// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/log.hpp"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string_view>

namespace hypnos::agent::log {
namespace {

std::atomic<int> log_file{-1};
std::atomic<bool> is_muted{false};
std::atomic<int> dropped{0};

const char* name_of(GLogLevelFlags level) {
    if ((level & G_LOG_LEVEL_ERROR) != 0) return "error";
    if ((level & G_LOG_LEVEL_CRITICAL) != 0) return "critical";
    if ((level & G_LOG_LEVEL_WARNING) != 0) return "warning";
    return (level & G_LOG_LEVEL_DEBUG) != 0 ? "debug" : "message";
}

std::string_view message_in(const GLogField* fields, gsize count) {
    for (gsize i = 0; i < count; ++i) {
        if (std::string_view(fields[i].key) == "MESSAGE")
            return static_cast<const char*>(fields[i].value);
    }
    return "";
}

std::string line_of(GLogLevelFlags level, std::string_view message) {
    const gint64 now = g_get_real_time();
    std::array<char, 64> stamp{};
    std::snprintf(stamp.data(), stamp.size(),
                  "%lld.%06lld: %s: ", static_cast<long long>(now / G_USEC_PER_SEC),
                  static_cast<long long>(now % G_USEC_PER_SEC), name_of(level));
    std::string line = stamp.data() + std::string(message);
    for (char& c : line)
        c = g_ascii_iscntrl(c) == TRUE ? ' ' : c;  // a host's words stay on its line
    return line + "\n";
}

GLogWriterOutput write_message(GLogLevelFlags level, const GLogField* fields, gsize count,
                               gpointer) {
    if (is_muted) return ++dropped, G_LOG_WRITER_HANDLED;
    if (log_file < 0) return g_log_writer_default(level, fields, count, nullptr);
    const bool unwanted = g_log_writer_default_would_drop(level, G_LOG_DOMAIN) == TRUE;
    if (unwanted) return G_LOG_WRITER_HANDLED;
    const std::string line = line_of(level, message_in(fields, count));
    [[maybe_unused]] const ssize_t written = ::write(log_file, line.data(), line.size());
    return G_LOG_WRITER_HANDLED;
}

void take_over() {
    static const bool once = (g_log_set_writer_func(write_message, nullptr, nullptr), true);
    static_cast<void>(once);
}

}  // namespace

Result<void> to_file(const std::string& path) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (file < 0) return fail("cannot open the log file " + path + ": " + g_strerror(errno));
    log_file = file;
    take_over();
    return {};
}

void mute(bool muted) {
    take_over();
    is_muted = muted;
    const int lost = muted ? 0 : dropped.exchange(0);
    if (lost > 0) g_message("%d messages were dropped while file systems were frozen", lost);
}

}  // namespace hypnos::agent::log
