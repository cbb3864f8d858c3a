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

/// This boot may have been given another offset, as when the file was made anew since.
bool menu_leads_to(const Swap& swap, const ResumeFacts& resume) {
    return resume.unproven.empty() && swap.offset == resume.menu_offset;
}

/// What else may be done about a swap of hypnos-setup.
std::string or_apply(const Swap& swap) {
    return swap.only_for_sleep ? ", or let 'hypnos-setup apply' do it" : "";
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

/// The kernel takes the first swap where no device is named, and here another one was made for it.
Findings first_is_another(const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    const auto ours = std::find_if(swaps.begin(), swaps.end(),
                                   [](const Swap& swap) { return swap.only_for_sleep; });
    const Swap* target = image_target(facts);
    if (ours == swaps.end() || target == nullptr || target->only_for_sleep) return {};
    return {block("swap.wrong-one",
                  says(kResume, std::string(kNoDevice) + "; first is " + target->name + ", not " +
                                    ours->name),
                  "no device is named, so the kernel would write the image to the first swap, "
                  "which is not the one for images; restart, or make the initramfs anew")};
}

/// Of the swap that would be switched on, where nothing else can take the image.
Findings standing_by_is_lost(const PowerFacts& facts) {
    const std::optional<StandingBy>& ours = facts.swap.standing_by;
    if (!ours || (ours->there && ours->is_swap()) || image_target(facts) != nullptr) return {};
    return {block("swap.none", says(ours->swap.name, ours->there ? "no swap" : "not there"),
                  std::string("the swap that is switched on for disk sleeps is ") +
                      (ours->there ? "none any more" : "gone") +
                      "; make it again with 'hypnos-setup apply'")};
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
    if (!uses_disk(question.mode)) return {};
    if (Findings lost = standing_by_is_lost(facts); !lost.empty()) return lost;
    const bool explained = facts.swap.standing_by && facts.swap.standing_by->has_holes;
    if (explained || std::any_of(swaps.begin(), swaps.end(), can_hold_image)) return {};
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
    const std::optional<StandingBy>& ours = facts.swap.standing_by;
    if (ours && ours->has_holes && image_target(facts) == nullptr)
        findings.push_back(block("swap.hole", says(ours->swap.name, "has holes"),
                                 "the kernel would not take this file as swap; make it again with "
                                 "'hypnos-setup apply'"));
    return findings;
}

Findings swap_is_where_resume_looks(const Question& question, const PowerFacts& facts) {
    const std::vector<Swap>& swaps = facts.swap.active;
    if (!uses_disk(question.mode) || std::none_of(swaps.begin(), swaps.end(), can_hold_image))
        return {};
    if (facts.resume.device == kNoDevice && swaps.front().zram && !question.logind_backend)
        return {first_is_zram(swaps.front())};
    if (facts.resume.device == kNoDevice && !question.logind_backend)
        return first_is_another(facts);
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
        return {block(
            "swap.offset",
            says(kResumeOffset, std::to_string(*facts.resume.offset) + "; " + begins(*swap)),
            "the next boot looks for the image at the wrong place, as after the file was made "
            "anew; correct resume_offset= in the boot loader and this file" +
                or_apply(*swap))};
    const Swap* target = image_target(facts);
    const auto given = facts.kernel.parameter("resume_offset");
    if (target == nullptr || !target->offset || !given) return {};
    if (*given == std::to_string(*target->offset) || menu_leads_to(*target, facts.resume))
        return {};
    return {block("swap.offset",
                  says("/proc/cmdline", "resume_offset=" + *given + "; " + begins(*target)),
                  "the next boot looks for the image at the wrong place; correct resume_offset= "
                  "in the boot loader" +
                      or_apply(*target))};
}

Findings no_image_is_there(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode)) return {};
    const std::optional<StandingBy>& ours = facts.swap.standing_by;
    const Swap* target = image_target(facts);
    if (ours && ours->holds_image() && target != nullptr && target->name == ours->swap.name)
        return {block("swap.stale-image", says(ours->swap.name, "S1SUSPEND"),
                      "an image that was never resumed is there, so it cannot be switched on; if "
                      "it is not wanted, mkswap -U " +
                          ours->uuid + " " + ours->swap.name)};
    if (!facts.resume.signature.starts_with("S1SUSPEND")) return {};
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
