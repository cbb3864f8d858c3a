// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/plan.hpp"

#include <algorithm>

#include "agent/setup/core/checks.hpp"
#include "agent/setup/core/history.hpp"
#include "agent/setup/core/target.hpp"
#include "agent/setup/core/texts.hpp"

namespace hypnos::setup {
namespace {

using Record = std::optional<SetupRecord>;

std::string why_of(const std::string& path) {
    if (path == files::kFstab) return "the swap is to be on from each boot on";
    if (path == files::kDracut) return "dracut may leave resuming out of an initramfs to come";
    if (path == files::kAtBoot) return "the first boot does the rest";
    return "the next boot must look for the image there";
}

struct Planner {
    const Facts& facts;
    const Record& record;
    Texts wanted{};

    [[nodiscard]] Text before(const std::string& path) const {
        return before_us(record, facts.texts, path);
    }

    void want_fstab(const SwapRecord& swap) {
        if (swap.activation != "always" || is_there_by_others(swap)) return;
        wanted[files::kFstab] = with_swap(before(files::kFstab).value_or(""), swap.path);
    }

    /// A boot switches it on without us.
    [[nodiscard]] bool is_there_by_others(const SwapRecord& swap) const {
        return std::any_of(facts.places.begin(), facts.places.end(), [&](const Place& place) {
            return place.path == swap.path && place.lasts &&
                   entry_of(record, files::kFstab) == nullptr;
        });
    }

    void want_grub(const std::string& arguments) {
        const bool others_say_so =
            !facts.boot.others.empty() &&
            std::all_of(facts.boot.others.begin(), facts.boot.others.end(),
                        [&](const auto& each) { return has_words(each.second, arguments); });
        if (!others_say_so)
            wanted[files::kGrub] = grub_dropin(arguments, facts.boot.partuuid_first);
    }

    void want_entries(const std::string& arguments) {
        for (const std::string& path : facts.boot.entries) {
            const std::string text = before(path).value_or("");
            wanted[path] = has_words(text, arguments) ? text : with_arguments(text, arguments);
        }
    }

    void want_boot(const SwapRecord& swap) {
        const std::string arguments = kernel_arguments(swap);
        if (facts.boot.loader == BootLoader::Grub) want_grub(arguments);
        if (facts.boot.loader == BootLoader::Bls || facts.boot.loader == BootLoader::Uki)
            want_entries(arguments);
    }

    void want_dracut() {
        if (facts.initramfs.generator == Generator::Dracut)
            wanted[files::kDracut] = dracut_dropin();
    }

    /// What the record has and nobody wants any more is put back.
    void want_back() {
        if (!record) return;
        for (const SetupRecord::File& file : record->files)
            if (!wanted.contains(file.path)) wanted[file.path] = before(file.path);
    }

    [[nodiscard]] Changes writes() const {
        Changes changes;
        for (const auto& [path, text] : wanted)
            if (path != files::kAtBoot && text_of(facts.texts, path) != text)
                changes.push_back({WriteFile{path, text}, why_of(path)});
        return changes;
    }
};

bool is_due(const Record& record, const std::string& generator) {
    return record && std::find(record->to_run.begin(), record->to_run.end(), generator) !=
                         record->to_run.end();
}

bool concerns(const Changes& changes, const std::string& generator) {
    return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
        const auto* const write = std::get_if<WriteFile>(&change.what);
        return write != nullptr && generator_of(write->path) == generator;
    });
}

bool must_run(const std::string& generator, const Changes& changes, const Record& record) {
    return concerns(changes, generator) || is_due(record, generator);
}

bool lacks(const Facts& facts) {
    const auto& images = facts.initramfs.images;
    return std::any_of(images.begin(), images.end(),
                       [](const Initramfs& image) { return !image.there || !image.lacks.empty(); });
}

bool menu_is_stale(const Facts& facts, const std::string& arguments) {
    return facts.boot.loader == BootLoader::Grub &&
           !kernels_that_will_not_look(facts, arguments).empty();
}

bool is_for_boot_loader(const Change& change) {
    const auto* const write = std::get_if<WriteFile>(&change.what);
    return write != nullptr && write->path != files::kFstab;
}

Change sync_boot() { return {SyncBoot{"/boot"}, "GRUB replays no journal"}; }

void add_generators(const Facts& facts, const Record& record, const std::string& arguments,
                    Changes& changes) {
    const bool written = std::any_of(changes.begin(), changes.end(), is_for_boot_loader);
    const bool initramfs = lacks(facts) && facts.initramfs.generator != Generator::None;
    const bool menu = must_run("boot", changes, record) || menu_is_stale(facts, arguments);
    const bool uki = facts.boot.loader == BootLoader::Uki && must_run("uki", changes, record);
    if (initramfs) changes.push_back({Generate{"initramfs"}, "it must be able to resume"});
    if (menu) changes.push_back({Generate{"boot"}, "the menu must have the arguments"});
    if (uki) changes.push_back({Generate{"uki"}, "the images must have the arguments"});
    if (written || initramfs || menu || uki) changes.push_back(sync_boot());
}

bool kernel_knows(const Facts& facts, const Target& target) {
    const sleep::ResumeFacts& resume = facts.power.resume;
    return resume.device == target.device &&
           resume.offset.value_or(0) == target.swap.offset.value_or(0);
}

void add_this_boot(const Facts& facts, const Target& target, Changes& changes) {
    if (target.swap.activation == "always" && !target.active)
        changes.push_back({SwapOn{target.swap.path}, "it is to be on"});
    if (!target.must_be_made && !kernel_knows(facts, target))
        changes.push_back({TellKernel{target.device, target.swap.offset.value_or(0)},
                           "so that this boot can hibernate too"});
}

/// Somebody's own words for the same device are as good as ours.
void adopt_spelling(const Facts& facts, Target& target) {
    for (const auto& [value, device] : facts.boot.named)
        if (!target.swap.is_file() && !device.empty() && device == target.device)
            target.swap.resume = value;
}

Plan online(const Options& options, const Facts& facts, const Record& record) {
    Choice choice = choose_target(options, facts, record ? record->swap : std::nullopt);
    if (choice.target) adopt_spelling(facts, *choice.target);
    Plan plan;
    plan.refusals = refusals(facts, choice, record);
    if (!plan.refusals.empty()) return plan;
    const Target& target = *choice.target;
    plan.swap = target.swap;
    plan.swap_why = target.why;
    Planner planner{facts, record};
    planner.want_fstab(target.swap);
    planner.want_boot(target.swap);
    planner.want_dracut();
    planner.want_back();
    if (target.must_be_made)
        plan.changes.push_back(
            {MakeSwap{target.swap.path, target.swap.uuid, target.swap.bytes, options.fill},
             target.why});
    Changes changes = planner.writes();
    add_generators(facts, record, kernel_arguments(target.swap), changes);
    plan.changes.insert(plan.changes.end(), changes.begin(), changes.end());
    add_this_boot(facts, target, plan.changes);
    if (text_of(facts.texts, files::kAtBoot))
        plan.changes.push_back({WriteFile{files::kAtBoot, {}}, "the first boot has done it"});
    return plan;
}

Plan offline(const Facts& facts, const Record& record) {
    Plan plan;
    Planner planner{facts, record};
    planner.want_dracut();
    plan.changes = planner.writes();
    if (!text_of(facts.texts, files::kAtBoot))
        plan.changes.push_back({WriteFile{files::kAtBoot, ""}, why_of(files::kAtBoot)});
    return plan;
}

}  // namespace

std::string generator_of(const std::string& path) {
    if (path == files::kGrub) return "boot";
    return path == files::kKernelCommandLine ? "uki" : "";
}

Plan make_plan(const Options& options, const Facts& facts, const Record& record) {
    return facts.offline ? offline(facts, record) : online(options, facts, record);
}

Changes make_undo_plan(const SetupRecord& record, const Texts& texts) {
    Changes changes;
    for (const auto& [path, text] : texts) {
        const Text before = before_us(record, texts, path);
        if (entry_of(record, path) != nullptr || before != text)
            changes.push_back({WriteFile{path, before}, "as it was before"});
    }
    for (const char* generator : {"boot", "uki"})
        if (must_run(generator, changes, record))
            changes.push_back({Generate{generator}, "from what was before"});
    if (!changes.empty()) changes.push_back(sync_boot());
    if (record.swap && record.swap->made)
        changes.push_back({RemoveSwap{record.swap->path}, "hypnos-setup made it"});
    return changes;
}

}  // namespace hypnos::setup
