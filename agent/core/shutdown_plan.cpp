// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/shutdown_plan.hpp"

namespace hypnos::agent {
namespace {

struct Words {
    const char* verb;    ///< of systemctl, and a program's name
    const char* option;  ///< of shutdown(8)
};

Words words_for(ShutdownMode mode) {
    switch (mode) {
        case ShutdownMode::Powerdown:
            return {"poweroff", "-P"};
        case ShutdownMode::Halt:
            return {"halt", "-H"};
        case ShutdownMode::Reboot:
            return {"reboot", "-r"};
    }
    return {};
}

}  // namespace

Result<ShutdownMode> shutdown_mode(const std::optional<std::string>& name) {
    if (!name || *name == "powerdown") return ShutdownMode::Powerdown;
    if (*name == "halt") return ShutdownMode::Halt;
    if (*name == "reboot") return ShutdownMode::Reboot;
    return fail("mode is invalid (valid values are: halt|powerdown|reboot");  // qemu-ga's text
}

std::vector<std::vector<std::string>> shutdown_programs(ShutdownMode mode, bool systemd_runs) {
    const auto [verb, option] = words_for(mode);
    std::vector<std::vector<std::string>> programs;
    if (systemd_runs)
        for (const char* directory : {"/usr/bin", "/bin"})
            programs.push_back({std::string(directory) + "/systemctl", verb, "--no-block"});
    for (const char* directory : {"/sbin", "/usr/sbin"})
        programs.push_back({std::string(directory) + "/" + verb});
    for (const char* directory : {"/sbin", "/usr/sbin"})
        programs.push_back({std::string(directory) + "/shutdown", "-h", option, "+0",
                            "hypervisor initiated shutdown"});
    return programs;
}

}  // namespace hypnos::agent
