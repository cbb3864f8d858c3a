// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/identity/identity.hpp"

#include <sys/utsname.h>

#include <cstdlib>

#include "glib/object.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kKernel = "/proc/sys/kernel/";

utsname kernel_says() {
    utsname names{};
    uname(&names);
    return names;
}

/// Not g_time_zone_new_local(), which never looks again. Null: none, or a broken one.
GTimeZone* local_zone(const sleep::Root& root) {
    const std::string file = root.path("/etc/localtime");
    const bool asks_environment = root.is_system() && g_getenv("TZ") != nullptr;
    return g_time_zone_new_identifier(asks_environment ? nullptr : file.c_str());
}

}  // namespace

std::string read_host_name(const sleep::Root& root) {
    return root.read(std::string(kKernel) + "hostname").value_or(kernel_says().nodename);
}

KernelNames read_kernel_names(const sleep::Root& root) {
    const utsname names = kernel_says();
    const auto either = [&root](const char* file, const char* otherwise) {
        return root.read(std::string(kKernel) + file).value_or(otherwise);
    };
    return {either("osrelease", names.release), either("version", names.version), names.machine};
}

std::string read_os_release(const sleep::Root& root) {
    if (const char* file = g_getenv("QGA_OS_RELEASE"); file != nullptr) return root.text(file);
    const std::optional<std::string> text = root.read("/etc/os-release");
    return text ? *text : root.text("/usr/lib/os-release");
}

TimeZone read_time_zone(const sleep::Root& root, std::chrono::seconds time) {
    glib::Owned<GTimeZone> zone(local_zone(root));
    if (!zone) zone.reset(g_time_zone_new_utc());
    const gint interval =
        g_time_zone_find_interval(zone.get(), G_TIME_TYPE_UNIVERSAL, time.count());
    return {g_time_zone_get_abbreviation(zone.get(), interval),
            std::chrono::seconds(g_time_zone_get_offset(zone.get(), interval))};
}

std::vector<Login> read_logins(const sleep::Root& root) {
    return parse_logins(root.text("/run/utmp"));
}

}  // namespace hypnos::agent
