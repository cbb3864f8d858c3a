// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <iterator>

#include "agent/setup/core/checks.hpp"
#include "agent/setup/core/plan.hpp"
#include "agent/setup/core/texts.hpp"
#include "sleep/core/preflight.hpp"

namespace hypnos::setup {
namespace {

using Findings = std::vector<Finding>;

void add(Findings& findings, Findings more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
}

Finding not_applied(const std::string& subject) {
    return refusal_for("setup.not-applied", subject, "run hypnos-setup apply");
}

/// Whatever apply would still change.
Findings changes_due(const Plan& plan) {
    Findings found = plan.refusals;
    for (const Change& change : plan.changes)
        found.push_back(refusal_for("setup.changed", subject_of(change),
                                    change.why + "; run hypnos-setup apply"));
    return found;
}

bool ends_with_kernel(const std::string& path, const std::string& release) {
    return path.ends_with("vmlinuz-" + release);
}

Findings images_that_cannot(const Facts& facts) {
    Findings found;
    if (facts.initramfs.images.empty() && facts.boot.loader != BootLoader::None)
        found.push_back(refusal_for("setup.initramfs", "/boot: no kernel",
                                    "nobody knows what the next boot starts; use --boot=none if "
                                    "that is elsewhere"));
    for (const Initramfs& image : facts.initramfs.images)
        for (const std::string& lack : image.lacks)
            found.push_back(refusal_for("setup.initramfs", image.path + " lacks " + lack,
                                        "a boot of " + image.release +
                                            " would lose the image; "
                                            "make this initramfs anew"));
    return found;
}

Findings entries_that_do_not(const Facts& facts, const std::string& arguments) {
    Findings found;
    for (const std::string& kernel : kernels_that_will_not_look(facts, arguments))
        found.push_back(refusal_for("setup.menu", facts.boot.menu + ": " + kernel,
                                    "the boot loader starts this kernel without '" + arguments +
                                        "'; see what else sets GRUB_CMDLINE_LINUX"));
    return found;
}

/// The page that the kernel would take for the header, read from the device itself.
Findings header_is_there(const Facts& facts) {
    const sleep::ResumeFacts& resume = facts.power.resume;
    if (!resume.has_device() || resume.signature.empty() || resume.signature == "SWAPSPACE2" ||
        resume.signature.starts_with("S1SUSPEND"))
        return {};
    return {refusal_for("setup.header",
                        resume.header + ", page " + std::to_string(resume.offset.value_or(0)),
                        "no swap begins there; run hypnos-setup apply")};
}

/// The arguments that this boot was started with count no more: the menu has been looked at.
bool is_of_this_boot(const Finding& finding) {
    return finding.code == "swap.offset" && finding.subject.starts_with("/proc/cmdline");
}

/// What the agent would find, but for what only this program can put right.
Findings of_preflight(const Facts& facts) {
    Findings found;
    for (Finding& finding : sleep::preflight({.mode = SleepMode::Disk}, facts.power))
        if (finding.code != "resume.unproven" &&
            !(is_of_this_boot(finding) && facts.boot.loader != BootLoader::None))
            found.push_back(std::move(finding));
    return found;
}

Findings of_image(const Facts& facts, const SetupRecord& record) {
    return record.state == SetupRecord::State::Pending
               ? changes_due(make_plan(record.options, facts, record))
               : Findings{not_applied(SetupRecord::kPath)};
}

}  // namespace

std::vector<std::string> kernels_that_will_not_look(const Facts& facts,
                                                    const std::string& arguments) {
    std::vector<std::string> found;
    const auto& images = facts.initramfs.images;
    for (std::string& kernel : entries_without(facts.boot.menu_text.value_or(""), arguments))
        if (std::any_of(images.begin(), images.end(), [&](const Initramfs& image) {
                return ends_with_kernel(kernel, image.release);
            }))
            found.push_back(std::move(kernel));
    return found;
}

std::vector<Finding> verify(const Facts& facts, const std::optional<SetupRecord>& record) {
    if (!record) return {not_applied(std::string(SetupRecord::kPath) + ": not there")};
    if (facts.offline) return of_image(facts, *record);
    const Plan plan = make_plan(record->options, facts, record);
    Findings found = changes_due(plan);
    if (!plan.swap) return found;
    add(found, images_that_cannot(facts));
    if (facts.boot.loader == BootLoader::Grub)
        add(found, entries_that_do_not(facts, kernel_arguments(*plan.swap)));
    add(found, header_is_there(facts));
    add(found, of_preflight(facts));
    return found;
}

}  // namespace hypnos::setup
