// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether the next boot will look for the image and can read it.

#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

bool no_device(const ResumeFacts& resume) { return resume.device == ResumeFacts::kNoDevice; }

/// systemd leaves a note for the next boot in an EFI variable, if it is the one to sleep.
bool systemd_tells(const Question& question, const PowerFacts& facts) {
    return question.logind_backend && facts.resume.efi;
}

std::string refuses_to_resume(const KernelFacts& kernel) {
    if (kernel.has("noresume")) return "noresume";
    return kernel.parameter("hibernate") == "noresume" ? "hibernate=noresume" : "";
}

}  // namespace

/// A resume device that the initramfs names without resume= is as good.
Findings next_boot_resumes(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode) || !facts.kernel.command_line) return {};
    if (const std::string word = refuses_to_resume(facts.kernel); !word.empty())
        return {block("resume.cmdline", says("/proc/cmdline", word),
                      "the next boot would ignore the image; remove that word from the boot "
                      "loader's entry")};
    if (!no_device(facts.resume) || facts.kernel.parameter("resume") ||
        systemd_tells(question, facts))
        return {};
    return {block("resume.cmdline",
                  says(power_files::kResume, "0:0, and no resume= in /proc/cmdline"),
                  "the next boot would not look for an image; name the swap with resume= on the "
                  "kernel's command line and make the initramfs anew")};
}

/// An initramfs that looks for an image tells the kernel where, image or none.
Findings initramfs_has_looked(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode) || !no_device(facts.resume) || systemd_tells(question, facts))
        return {};
    const auto device = facts.kernel.parameter("resume");
    if (!device) return {};
    return {warn("resume.initramfs", says(power_files::kResume, "0:0, but resume=" + *device),
                 "at this boot nobody looked for an image where resume= says; check that the "
                 "device is there and make the initramfs anew, with its resume hook")};
}

Findings boot_files_are_proven(const Question& question, const PowerFacts& facts) {
    const std::vector<std::string>& unproven = facts.resume.unproven;
    if (!uses_disk(question.mode) || unproven.empty()) return {};
    std::string evidence;
    for (const std::string& each : unproven) evidence += (evidence.empty() ? "" : ", ") + each;
    return {warn("resume.unproven", evidence,
                 "hypnos-setup has not seen that the next boot finds an image since these changed; "
                 "run 'hypnos-setup verify'")};
}

Findings next_boot_can_decompress(const Question& question, const PowerFacts& facts) {
    const ResumeFacts& resume = facts.resume;
    if (!uses_disk(question.mode) || resume.compressor_built_in) return {};
    if (resume.compressor.empty() || resume.compressor == "lzo") return {};
    return {warn("resume.compressor",
                 says("/sys/module/hibernate/parameters/compressor", resume.compressor),
                 "this algorithm is a module, and an image is lost if the initramfs has it not; "
                 "add it there, or boot with hibernate.compressor=lzo")};
}

Findings efi_variables_are_writable(const Question& question, const PowerFacts& facts) {
    const bool needed = uses_disk(question.mode) && systemd_tells(question, facts) &&
                        no_device(facts.resume) && !facts.kernel.parameter("resume");
    if (!needed || facts.resume.efi_variables_writable) return {};
    return {warn("resume.efi", says("/sys/firmware/efi/efivars", "not writable, or full"),
                 "systemd tells the next boot of the image by an EFI variable and has no room "
                 "for it; mount efivarfs for writing, or name the swap with resume=")};
}

Findings kernel_stays_the_same(const Question& question, const PowerFacts& facts) {
    const KernelFacts& kernel = facts.kernel;
    if (!uses_disk(question.mode) || (!kernel.modules_gone && kernel.update.empty())) return {};
    const Severity severity = kernel.image_needs_same_kernel ? Severity::Block : Severity::Warn;
    const std::string evidence =
        kernel.modules_gone ? says("/lib/modules/" + kernel.release, "not there") : kernel.update;
    return {{"kernel.updated", severity, evidence,
             "the next boot will be of another kernel, which may lose the image; restart the "
             "guest before it sleeps"}};
}

}  // namespace hypnos::sleep::checks
