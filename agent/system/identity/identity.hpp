// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the guest calls itself and where it thinks it is.

#pragma once

#include <chrono>
#include <ctime>
#include <string>

#include "agent/system/identity/logins.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

[[nodiscard]] std::string read_host_name(const sleep::Root& root);

/// As of uname(2).
struct KernelNames {
    std::string release, version, machine;
};
[[nodiscard]] KernelNames read_kernel_names(const sleep::Root& root);

/// The text of os-release(5); empty if there is none. QGA_OS_RELEASE in the environment says where it
/// is, as for qemu-ga.
[[nodiscard]] std::string read_os_release(const sleep::Root& root);

struct TimeZone {
    std::string abbreviation;       ///< such as CEST
    std::chrono::seconds offset{};  ///< to be added to UTC
};
/// The local one, at that time: libc's, which looks at TZ and at /etc/localtime. Read each time, as it
/// may have been changed.
[[nodiscard]] TimeZone read_time_zone(std::time_t time);

/// None where nobody keeps a utmp.
[[nodiscard]] std::vector<Login> read_logins(const sleep::Root& root);

}  // namespace hypnos::agent
