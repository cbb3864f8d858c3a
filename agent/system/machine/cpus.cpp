// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/machine/cpus.hpp"

#include <glib.h>

#include <string>

#include "agent/system/machine/numbered.hpp"

namespace hypnos::agent {
namespace {

const std::string kCpus = "/sys/devices/system/cpu";

std::string directory_of(std::int64_t number) { return kCpus + "/cpu" + std::to_string(number); }

/// Of a CPU that has a switch.
Result<bool> read_switch(const sleep::Root& root, const std::string& file) {
    const Result<std::string> text = root.load(file);
    if (!text) return fail(text.error());
    if (*text == "0" || *text == "1") return *text == "1";
    return fail(file + " is neither 0 nor 1 but " + in_quotes(*text));
}

Result<Cpu> read_cpu(const sleep::Root& root, std::int64_t number) {
    const std::string file = directory_of(number) + "/online";
    if (!root.has(file)) return Cpu{number};
    const Result<bool> online = read_switch(root, file);
    if (!online) return fail(online.error());
    return Cpu{number, *online, true};
}

}  // namespace

Result<std::vector<Cpu>> read_cpus(const sleep::Root& root) {
    std::vector<Cpu> cpus;
    for (const std::int64_t number : numbers_behind("cpu", root.list(kCpus))) {
        const Result<Cpu> cpu = read_cpu(root, number);
        if (!cpu) return fail(cpu.error());
        cpus.push_back(*cpu);
    }
    if (cpus.empty()) return fail("cannot find CPUs in " + kCpus + ": is sysfs mounted on /sys?");
    return cpus;
}

Result<void> switch_cpu(const sleep::Root& root, std::int64_t number, bool online) {
    const std::string cannot =
        "cannot switch CPU " + std::to_string(number) + (online ? " on: " : " off: ");
    const std::string directory = directory_of(number), file = directory + "/online";
    if (!root.has(directory)) return fail(cannot + "there is no " + directory);
    if (!root.has(file)) {
        if (online) return {};
        return fail(cannot + "the kernel has no switch for it, " + file);
    }
    const Result<bool> now = read_switch(root, file);
    if (!now) return fail(now.error());
    if (*now == online) return {};
    if (const int error = root.write(file, online ? "1" : "0"); error != 0)
        return fail(cannot + "writing " + file + ": " + g_strerror(error));
    return {};
}

}  // namespace hypnos::agent
