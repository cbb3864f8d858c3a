// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/process_group.hpp"

#include <glib.h>
#include <signal.h>

#include <cerrno>
#include <sstream>
#include <string>

#include "agent/system/root.hpp"

namespace hypnos::agent {
namespace {

/// proc(5), /proc/PID/stat: pid (comm) state ppid pgrp; comm may hold anything, ')' too.
bool is_live_member(const char* pid, int group) {
    const auto stat = Root("/").read(std::string("/proc/") + pid + "/stat");
    if (!stat) return false;
    std::istringstream fields(stat->substr(stat->rfind(')') + 1));
    char state = 0;
    int parent = 0;
    int its_group = 0;
    fields >> state >> parent >> its_group;
    return fields && its_group == group && state != 'Z' && state != 'X';
}

bool is_number(const char* name) { return g_ascii_isdigit(*name) != 0; }

}  // namespace

bool group_lives(int group) {
    if (kill(-group, 0) != 0 && errno == ESRCH) return false;
    GDir* processes = g_dir_open("/proc", 0, nullptr);
    if (processes == nullptr) return true;
    bool found = false;
    while (const char* name = found ? nullptr : g_dir_read_name(processes))
        found = is_number(name) && is_live_member(name, group);
    g_dir_close(processes);
    return found;
}

}  // namespace hypnos::agent
