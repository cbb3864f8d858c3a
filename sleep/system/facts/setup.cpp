// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What hypnos-setup has left to be known: a swap that is on for disk sleeps only, and what the boot
// files were like when it last found them good.

#include <sys/stat.h>

#include <algorithm>

#include "hypnos/protocol/reader.hpp"
#include "sleep/core/unproven.hpp"
#include "sleep/system/facts/file_location.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

using State = SetupRecord::State;

std::optional<SetupRecord::BootFile> boot_file(const Root& root, const std::string& path) {
    constexpr std::int64_t kNanoseconds = 1000000000;
    struct stat status {};
    if (stat(root.path(path).c_str(), &status) != 0) return std::nullopt;
    return SetupRecord::BootFile{path, static_cast<std::uint64_t>(status.st_size),
                                 status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

bool is_there(const Root& root, const SetupRecord::Swap& swap) {
    struct stat status {};
    return stat(root.path(swap.path).c_str(), &status) == 0 &&
           (swap.is_file() ? S_ISREG(status.st_mode) : S_ISBLK(status.st_mode));
}

}  // namespace

std::optional<SetupRecord> read_setup(const Root& root) {
    const Result<Json> saved = read_json(root.text(SetupRecord::kPath));
    std::optional<SetupRecord> record = saved ? setup_record_from_json(*saved) : std::nullopt;
    const bool counts =
        record && (record->state == State::Applied || record->state == State::Applying);
    return counts ? record : std::nullopt;
}

void stand_by(const Root& root, const SetupRecord& record, SwapFacts& facts) {
    if (!record.swap || !record.swap->only_for_sleep()) return;
    const SetupRecord::Swap& ours = *record.swap;
    const auto on = std::find_if(facts.active.begin(), facts.active.end(), [&](const Swap& swap) {
        return real_path(root, swap.name) == real_path(root, ours.path);
    });
    if (on != facts.active.end()) {
        on->only_for_sleep = true;
        on->name = ours.path;  // the same whether it is on or off
        return;
    }
    const Swap swap = {
        .name = ours.path, .file = ours.is_file(), .size = ours.bytes, .only_for_sleep = true};
    facts.standing_by = {.swap = swap, .uuid = ours.uuid, .there = is_there(root, ours)};
    if (facts.standing_by->there) facts.active.push_back(swap);
}

void look_at_standing_by(const Root& root, SwapFacts& facts) {
    std::optional<StandingBy>& ours = facts.standing_by;
    if (!ours || !ours->there) return;
    const std::string path = root.path(ours->swap.name);
    const std::optional<FilePlace> place = locate(path);
    ours->has_holes = place && place->has_holes;
    ours->signature = signature_at(path, 0);
    if (!ours->is_usable()) facts.active.pop_back();
}

std::vector<std::string> read_unproven(const Root& root, const SetupRecord& record) {
    constexpr std::string_view kKernel = "vmlinuz-";
    BootState now;
    for (const SetupRecord::BootFile& file : record.boot_files)
        if (const auto found = boot_file(root, file.path)) now.files.push_back(*found);
    for (const std::string& name : root.list("/boot"))
        if (name.starts_with(kKernel)) now.kernels.push_back(name.substr(kKernel.size()));
    return unproven(record, now);
}

std::optional<std::uint64_t> menu_offset(const SetupRecord& record) {
    const bool proven = record.state == State::Applied && !record.boot_files.empty();
    if (!proven || record.options.boot == "none" || !record.swap) return std::nullopt;
    return record.swap->offset;
}

}  // namespace hypnos::sleep::facts
