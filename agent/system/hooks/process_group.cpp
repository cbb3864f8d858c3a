// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/process_group.hpp"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <string>

#include "sleep/core/number.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

namespace {

/// proc(5), /proc/PID/stat: pid (comm) state ppid pgrp; comm may hold anything, ')' too.
bool is_live_member(const std::string& pid, int group) {
    const auto stat = Root("/").read("/proc/" + pid + "/stat");
    if (!stat) return false;
    std::istringstream fields(stat->substr(stat->rfind(')') + 1));
    char state = 0;
    int parent = 0;
    int its_group = 0;
    fields >> state >> parent >> its_group;
    return fields && its_group == group && state != 'Z' && state != 'X';
}

}  // namespace

bool group_lives(int group) {
    if (kill(-group, 0) != 0 && errno == ESRCH) return false;
    const std::vector<std::string> names = Root("/").list("/proc");
    return names.empty() || std::any_of(names.begin(), names.end(), [group](const auto& name) {
               return whole_number<int>(name) && is_live_member(name, group);
           });
}

}  // namespace hypnos::agent
