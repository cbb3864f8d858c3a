// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/apply.hpp"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agent/setup/core/history.hpp"
#include "agent/setup/core/plan.hpp"
#include "agent/setup/system/boot_facts.hpp"
#include "agent/setup/system/boot_sync.hpp"
#include "agent/setup/system/initramfs.hpp"
#include "agent/setup/system/programs.hpp"
#include "agent/setup/system/swap_file.hpp"
#include "sleep/core/power_files.hpp"

namespace hypnos::setup {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kUsualMode = 0644;

std::uint32_t mode_of(const Root& root, const std::string& path) {
    struct stat status {};
    const bool there = stat(root.path(path).c_str(), &status) == 0;
    return there ? status.st_mode & 07777U : kUsualMode;
}

template <typename List, typename Value>
void add_once(List& list, const Value& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

Result<void> write_sysfs(const Root& root, const std::string& path, const std::string& text) {
    const int error = root.write(path, text);
    return error == 0 ? Result<void>()
                      : fail("cannot write '" + text + "' to " + path + ": " + g_strerror(error));
}

Result<void> make_unified_images(const Root& root) {
    for (const std::string& name : root.list("/boot")) {
        if (!name.starts_with("vmlinuz-")) continue;
        const auto made =
            run({find_program(root, "kernel-install"), "add", name.substr(8), "/boot/" + name});
        if (!made) return fail(made.error());
    }
    return {};
}

Result<void> make_menu(const Root& root) {
    const std::vector<std::string> command = menu_generator(root);
    if (command.empty()) return fail("neither update-grub nor grub-mkconfig is there any more");
    const auto made = run(command);
    return made ? Result<void>() : fail(made.error());
}

Result<void> generate(const Root& root, const std::string& what) {
    if (what == "boot") return make_menu(root);
    if (what == "initramfs") return make_initramfs(root);
    return makes_unified_images(root) ? make_unified_images(root) : Result<void>();
}

}  // namespace

Result<void> Applier::carry_out(const Change& change) {
    const std::string name(name_of(change));
    g_debug("effect %s", name.c_str());
    Result<void> made = std::visit([this](const auto& what) { return make(what); }, change.what);
    if (made) g_debug("effect %s done", name.c_str());
    return made;
}

Result<void> Applier::make(const MakeSwap& change) {
    note_directories(change.path);
    const Result<void> noted = store_.save(record_);
    return noted ? make_swap_file(root_, change) : noted;
}

Result<void> Applier::make(const RemoveSwap& change) {
    return remove_swap_file(root_, change.path);
}

Result<void> Applier::make(const SwapOn& change) { return switch_on(root_, change.path); }

Result<void> Applier::make(const WriteFile& change) {
    if (Result<void> noted = note(change); !noted) return noted;
    if (Result<void> written = write(change); !written) return written;
    return note_back(change);
}

/// What was there before us is noted once, whatever comes later.
Result<void> Applier::note(const WriteFile& change) {
    if (const std::string generator = generator_of(change.path); !generator.empty())
        add_once(record_.to_run, generator);
    if (!change.text) return store_.save(record_);
    const Text was = before_us(record_, {{change.path, root_.contents(change.path)}}, change.path);
    const auto entry = std::find_if(record_.files.begin(), record_.files.end(),
                                    [&](const auto& file) { return file.path == change.path; });
    if (entry == record_.files.end())
        record_.files.push_back({change.path, was, mode_of(root_, change.path), *change.text});
    else if (change.text != entry->was)  // or it is being put back, and not so yet
        entry->wrote = *change.text;
    note_directories(change.path);
    return store_.save(record_);
}

/// A file that is again as it was is none of ours.
Result<void> Applier::note_back(const WriteFile& change) {
    std::erase_if(record_.files, [&](const SetupRecord::File& file) {
        return file.path == change.path && file.was == change.text;
    });
    return store_.save(record_);
}

void Applier::note_directories(const std::string& path) {
    std::vector<std::string> missing;
    for (fs::path at = fs::path(path).parent_path(); at != "/" && !root_.has(at.string());
         at = at.parent_path())
        missing.push_back(at.string());
    for (auto each = missing.rbegin(); each != missing.rend(); ++each)
        add_once(record_.directories, *each);
}

Result<void> Applier::write(const WriteFile& change) {
    if (change.text)
        return root_.replace_durably(change.path, *change.text,
                                     static_cast<int>(mode_of(root_, change.path)));
    root_.remove(change.path);
    return root_.has(change.path) ? fail("cannot remove " + root_.path(change.path))
                                  : Result<void>();
}

Result<void> Applier::make(const Generate& change) {
    Result<void> made = generate(root_, change.what);
    if (!made) return made;
    std::erase(record_.to_run, change.what);
    return store_.save(record_);
}

Result<void> Applier::make(const SyncBoot& change) {
    sync_for_boot_loader(root_.path(change.mount));
    return {};
}

/// The offset first: writing the device makes the kernel look for an image there.
Result<void> Applier::make(const TellKernel& change) {
    namespace power_files = sleep::power_files;
    const auto told = write_sysfs(root_, power_files::kResumeOffset, std::to_string(change.offset));
    return told ? write_sysfs(root_, power_files::kResume, change.device) : told;
}

void Applier::remove_directories() {
    for (auto each = record_.directories.rbegin(); each != record_.directories.rend(); ++each)
        rmdir(root_.path(*each).c_str());
}

}  // namespace hypnos::setup
