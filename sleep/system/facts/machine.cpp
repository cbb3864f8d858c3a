// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <array>
#include <utility>

#include "sleep/core/preflight/parse.hpp"
#include "sleep/core/verb.hpp"
#include "sleep/system/facts/parts.hpp"
#include "sleep/system/time/clocks.hpp"
#include "sleep/system/time/rtc.hpp"

namespace hypnos::sleep::facts {
namespace {

#if defined(__x86_64__) || defined(__i386__)
constexpr bool kImageNeedsSameKernel = false;
#else
constexpr bool kImageNeedsSameKernel = true;
#endif

/// Where systemd looks for units that somebody has masked.
constexpr std::array kUnitDirectories = {"/etc/systemd/system/", "/run/systemd/system/"};

std::vector<std::string> units_of(SleepMode mode) {
    const std::string name = verb(mode);
    return {"sleep.target", name + ".target", "systemd-" + name + ".service"};
}

/// Other kernels have modules here, and this one has none any more.
bool modules_gone(const Root& root, const std::string& release) {
    const std::vector<std::string> releases = root.list("/lib/modules");
    return !release.empty() && !releases.empty() &&
           std::find(releases.begin(), releases.end(), release) == releases.end();
}

/// Debian's note that a restart is due, if it is for a kernel.
std::string update_of(const Root& root) {
    const std::string note = "/run/reboot-required";
    if (!root.has(note)) return "";
    const std::optional<std::string> packages = root.read(note + ".pkgs");
    if (!packages) return note + ": " + root.text(note);
    const std::vector<std::string> names = split(*packages);
    const auto kernel = std::find_if(names.begin(), names.end(), [](const std::string& name) {
        return name.starts_with("linux-");
    });
    return kernel == names.end() ? "" : note + ".pkgs: " + *kernel;
}

}  // namespace

std::vector<std::string> read_masked_units(const Root& root, SleepMode mode) {
    std::vector<std::string> masked;
    for (const std::string& unit : units_of(mode))
        for (const char* directory : kUnitDirectories) {
            std::string path = directory;
            path += unit;
            if (link_of(root, path) == "/dev/null") masked.push_back(std::move(path));
        }
    return masked;
}

KernelFacts read_kernel(const Root& root) {
    KernelFacts kernel;
    kernel.release = root.text("/proc/sys/kernel/osrelease");
    if (const auto line = root.read("/proc/cmdline")) kernel.command_line = split(*line);
    kernel.modules_gone = modules_gone(root, kernel.release);
    kernel.update = update_of(root);
    kernel.image_needs_same_kernel = kImageNeedsSameKernel;
    return kernel;
}

std::optional<std::chrono::seconds> read_rtc_ahead(const Root& root) {
    const std::optional<std::chrono::seconds> rtc = read_rtc(root);
    if (!rtc) return std::nullopt;
    return *rtc - std::chrono::floor<std::chrono::seconds>(realtime());
}

}  // namespace hypnos::sleep::facts
