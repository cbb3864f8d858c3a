// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <array>
#include <iterator>

#include "agent/setup/core/checks.hpp"
#include "agent/setup/core/history.hpp"
#include "agent/setup/core/texts.hpp"
#include "sleep/core/preflight.hpp"

namespace hypnos::setup {
namespace {

using Findings = std::vector<Finding>;

void add(Findings& findings, Findings more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
}

Findings wrong_machine(const Facts& facts) {
    constexpr std::array kFleeting = {"overlay", "tmpfs", "ramfs", "rootfs", "squashfs", "erofs"};
    if (!facts.container.empty())
        return {refusal_for("setup.container", facts.container,
                            "a container sleeps with its host; set up the host")};
    if (std::find(kFleeting.begin(), kFleeting.end(), facts.root_type) != kFleeting.end())
        return {refusal_for("setup.root", "/: " + facts.root_type,
                            "nothing written there is found by the next boot; install the machine "
                            "on a disk")};
    return {};
}

/// Of preflight's findings those that no set-up can mend.
Findings hopeless(const Facts& facts) {
    constexpr std::array kCodes = {"pm.no-state", "pm.disabled", "pm.notifier", "driver.nopm"};
    Findings found;
    for (Finding& finding : sleep::preflight({.mode = SleepMode::Disk}, facts.power)) {
        const bool listed = std::find(kCodes.begin(), kCodes.end(), finding.code) != kCodes.end();
        const bool refuses = finding.code == "resume.cmdline" &&
                             finding.subject.find("noresume") != std::string::npos;
        if (finding.severity == Severity::Block && (listed || refuses))
            found.push_back(std::move(finding));
    }
    return found;
}

Findings missing_programs(const Facts& facts) {
    Findings found;
    for (const std::string& tool : facts.missing_tools)
        found.push_back(refusal_for("setup.tool", tool, "it is needed and not installed"));
    return found;
}

Findings no_generator(const Facts& facts) {
    if (facts.initramfs.generator != Generator::None || facts.boot.loader == BootLoader::None)
        return {};
    return {refusal_for("setup.initramfs", "neither update-initramfs nor dracut is there",
                        "only an initramfs can name the swap to the kernel; install "
                        "initramfs-tools or dracut")};
}

Findings no_boot_loader(const Facts& facts, const std::string& arguments) {
    if (facts.boot.loader != BootLoader::Unknown) return {};
    return {refusal_for(
        "setup.boot-loader", "neither GRUB with /etc/default/grub.d nor BLS entries",
        "have the boot loader pass '" + arguments + "' to the kernel, then use --boot=none")};
}

Finding other_resume(const std::string& path, const std::string& line) {
    return refusal_for("setup.other-resume", path + ": " + line,
                       "this names another place for the image; remove resume= there, or choose "
                       "that swap with --swap");
}

Findings other_places(const Facts& facts, const std::string& arguments,
                      const std::optional<SetupRecord>& record) {
    Findings found;
    if (facts.boot.loader == BootLoader::None) return found;
    for (const auto& [path, line] : facts.boot.others)
        if (!has_words(line, arguments)) found.push_back(other_resume(path, line));
    for (const std::string& path : facts.boot.entries) {
        const std::string text = before_us(record, facts.texts, path).value_or("");
        const std::string line = resume_line(text);
        if (!line.empty() && !has_words(text, arguments)) found.push_back(other_resume(path, line));
    }
    return found;
}

}  // namespace

std::vector<Finding> refusals(const Facts& facts, const Choice& choice,
                              const std::optional<SetupRecord>& record) {
    Findings found = wrong_machine(facts);
    if (!found.empty()) return found;
    add(found, hopeless(facts));
    add(found, missing_programs(facts));
    add(found, choice.refusals);
    add(found, no_generator(facts));
    if (!choice.target) return found;
    if (record && record->swap && record->swap->made &&
        choice.target->swap.path != record->swap->path)
        found.push_back(refusal_for("setup.swap", record->swap->path + ": made before",
                                    "run hypnos-setup undo first, which removes it"));
    if (choice.target->holds_image)
        found.push_back(refusal_for("swap.stale-image", choice.target->swap.path + ": S1SUSPEND",
                                    "an image that was never resumed is there; if it is not "
                                    "wanted, mkswap"));
    const std::string arguments = kernel_arguments(choice.target->swap);
    add(found, no_boot_loader(facts, arguments));
    add(found, other_places(facts, arguments, record));
    return found;
}

}  // namespace hypnos::setup
