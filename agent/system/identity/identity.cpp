// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/identity/identity.hpp"

#include <glib.h>
#include <sys/utsname.h>

namespace hypnos::agent {
namespace {

constexpr const char* kKernel = "/proc/sys/kernel/";

utsname kernel_says() {
    utsname names{};
    uname(&names);
    return names;
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

TimeZone read_time_zone(std::time_t time) {
    tzset();
    tm local{};
    localtime_r(&time, &local);
    return {local.tm_zone, std::chrono::seconds(local.tm_gmtoff)};
}

std::vector<Login> read_logins(const sleep::Root& root) {
    return parse_logins(root.text("/run/utmp"));
}

}  // namespace hypnos::agent
