// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether there is a swap for the image, and whether it is the one that the next kernel looks at.
//
// The kernel writes to the active swap whose device and first page are those of /sys/power/resume
// and resume_offset. Without a device it takes the first of the table, be it zram
// (swsusp_swap_check() in kernel/power/swap.c).

#include <algorithm>

#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

using power_files::kResume;
using power_files::kResumeOffset;
constexpr const char* kNoDevice = ResumeFacts::kNoDevice;

bool can_hold_image(const Swap& swap) { return !swap.zram; }

std::string places(const std::vector<Swap>& swaps) {
    std::string text;
    for (const Swap& swap : swaps)
        text += (text.empty() ? "" : ", ") + swap.name + " is on " + swap.device;
    return text;
}

/// Known to begin elsewhere than resume_offset says.
bool begins_elsewhere(const Swap& swap, const ResumeFacts& resume) {
    return swap.offset && resume.offset && *swap.offset != *resume.offset;
}

std::string begins(const Swap& swap) {
    return swap.name + " begins at " + std::to_string(*swap.offset);
}

Finding first_is_zram(const Swap& zram) {
    return block("swap.wrong-one",
                 says(kResume, std::string(kNoDevice) + "; first is " + zram.name),
                 "no device is named, so the kernel would write the image to the first swap, "
                 "which is memory; name a swap on disk with resume=");
}

/// The swap that would be the target if resume_offset were right. logind's systemd corrects it.
const Swap* misplaced(const Question& question, const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    const Swap* target = image_target(facts);
    if (!facts.resume.has_device()) {
        const bool wrong = target != nullptr && begins_elsewhere(*target, facts.resume);
        return wrong && !question.logind_backend ? target : nullptr;
    }
    const auto found = std::find_if(swaps.begin(), swaps.end(), [&](const Swap& swap) {
        return swap.device == facts.resume.device && begins_elsewhere(swap, facts.resume);
    });
    return target != nullptr || found == swaps.end() ? nullptr : &*found;
}

}  // namespace

const Swap* image_target(const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    const auto found = std::find_if(swaps.begin(), swaps.end(), [&](const Swap& swap) {
        if (!can_hold_image(swap)) return false;
        if (!facts.resume.has_device() || swap.device.empty()) return true;
        return swap.device == facts.resume.device && !begins_elsewhere(swap, facts.resume);
    });
    return found == swaps.end() ? nullptr : &*found;
}

Findings swap_is_on(const Question& question, const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    if (!uses_disk(question.mode) || std::any_of(swaps.begin(), swaps.end(), can_hold_image))
        return {};
    return {block("swap.none", says("/proc/swaps", swaps.empty() ? "" : "only zram"),
                  "no swap is on that could hold the image (zram does not count); add a swap "
                  "partition or file and name it with resume=")};
}

Findings swap_files_have_no_holes(const Question& question, const PowerFacts& facts) {
    Findings findings;
    if (!uses_disk(question.mode)) return findings;
    for (const std::string& file : facts.swap.with_holes)
        findings.push_back(block("swap.hole", says("/etc/fstab", file + " has holes"),
                                 "the kernel does not take this file as swap; write it anew with "
                                 "'dd if=/dev/zero', then mkswap and swapon"));
    return findings;
}

Findings swap_is_where_resume_looks(const Question& question, const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    if (!uses_disk(question.mode) || std::none_of(swaps.begin(), swaps.end(), can_hold_image))
        return {};
    if (facts.resume.device == kNoDevice && swaps.front().zram && !question.logind_backend)
        return {first_is_zram(swaps.front())};
    const bool may_be_there = std::any_of(swaps.begin(), swaps.end(), [&](const Swap& swap) {
        return can_hold_image(swap) && (swap.device.empty() || swap.device == facts.resume.device);
    });
    if (!facts.resume.has_device() || may_be_there) return {};
    return {block("swap.wrong-one", says(kResume, facts.resume.device + "; " + places(swaps)),
                  "the next boot looks for the image where no swap is on; switch that one on, or "
                  "change resume= and make the initramfs anew")};
}

Findings swap_begins_where_resume_looks(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode)) return {};
    if (const Swap* swap = misplaced(question, facts); swap != nullptr)
        return {
            block("swap.offset",
                  says(kResumeOffset, std::to_string(*facts.resume.offset) + "; " + begins(*swap)),
                  "the next boot looks for the image at the wrong place, as after the file "
                  "was made anew; correct resume_offset= in the boot loader and this file")};
    const Swap* target = image_target(facts);
    const auto given = facts.kernel.parameter("resume_offset");
    if (target == nullptr || !target->offset || !given) return {};
    if (*given == std::to_string(*target->offset)) return {};
    return {block("swap.offset",
                  says("/proc/cmdline", "resume_offset=" + *given + "; " + begins(*target)),
                  "the next boot looks for the image at the wrong place; correct resume_offset= "
                  "in the boot loader")};
}

Findings no_image_is_there(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode) || !facts.resume.signature.starts_with("S1SUSPEND")) return {};
    return {block("swap.stale-image", says(facts.resume.header, "S1SUSPEND"),
                  "an image that was never resumed is there; if it is not wanted, swapoff, "
                  "mkswap and swapon")};
}

/// The image holds what memory holds, keys of encrypted disks among it.
Findings image_key_survives(const Question& question, const PowerFacts& facts) {
    const Swap* target = uses_disk(question.mode) ? image_target(facts) : nullptr;
    if (target == nullptr) return {};
    if (!target->random_key.empty())
        return {block("sec.image", says("/etc/crypttab", target->random_key),
                      "this swap gets a new key with each boot, so no boot could read the image; "
                      "give it a lasting key")};
    if (target->encrypted || facts.swap.encrypted_disks.empty()) return {};
    return {warn("sec.image",
                 says(target->name, "not encrypted; " + facts.swap.encrypted_disks.front() + " is"),
                 "the image holds the keys of the encrypted disks in plain text; encrypt the "
                 "swap too, or the disk on the host")};
}

}  // namespace hypnos::sleep::checks
