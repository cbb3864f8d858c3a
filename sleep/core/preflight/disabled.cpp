// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the kernel has switched hibernation off: hibernation_available() in its kernel/power/
// hibernate.c asks for four things and says of none that it was the one.

#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

constexpr const char* kCode = "pm.disabled";

std::string switched_off_by(const KernelFacts& kernel) {
    if (kernel.has("nohibernate")) return "nohibernate";
    return kernel.parameter("hibernate") == "no" ? "hibernate=no" : "";
}

std::string names(const std::vector<Process>& processes) {
    std::string text;
    for (const Process& process : processes)
        text += (text.empty() ? "" : ", ") + process.name + " (pid " + std::to_string(process.pid) +
                ")";
    return text;
}

Finding unexplained(const PowerFacts& facts) {
    const std::string evidence = says(power_files::kDisk, facts.machine.disk.text);
    if (!facts.disabled.searched)
        return block(kCode, evidence,
                     "the kernel has switched hibernation off; hypnos-preflight says why");
    if (!facts.disabled.secretmem_possible)
        return block(kCode, evidence,
                     "the kernel has switched hibernation off, and neither lockdown nor its "
                     "command line nor CXL memory is the cause; look into its log");
    return block(kCode, evidence,
                 "the kernel has switched hibernation off: neither lockdown nor its command line "
                 "nor CXL memory is the cause, so an unknown holder of memfd_secret memory must "
                 "be, one that cannot be seen into from here; look for programs that keep secrets, "
                 "also in containers, or boot with secretmem.enable=0");
}

}  // namespace

Findings hibernation_is_on(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode) || !facts.machine.disk.offers("disabled")) return {};
    const DisabledFacts& why = facts.disabled;
    if (!why.lockdown.chosen.empty() && why.lockdown.chosen != "none")
        return {block(kCode, says("/sys/kernel/security/lockdown", why.lockdown.text),
                      "the kernel is locked down, which forbids hibernation; switch Secure Boot "
                      "off in the machine, or boot without lockdown=")};
    if (const std::string word = switched_off_by(facts.kernel); !word.empty())
        return {block(kCode, says("/proc/cmdline", word),
                      "hibernation is switched off on the kernel's command line; remove that "
                      "word and reboot")};
    if (!why.secretmem.empty())
        return {block(kCode,
                      says("/proc/" + std::to_string(why.secretmem.front().pid),
                           "secretmem of " + names(why.secretmem)),
                      "memory from memfd_secret forbids hibernation as long as anybody holds it; "
                      "end that process, or boot with secretmem.enable=0")};
    if (!why.cxl.empty())
        return {block(kCode, says("/sys/bus/cxl/devices", why.cxl.front()),
                      "CXL memory forbids hibernation; detach it")};
    return {unexplained(facts)};
}

}  // namespace hypnos::sleep::checks
