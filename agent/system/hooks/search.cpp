// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/search.hpp"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "agent/system/hooks/settings.hpp"

namespace hypnos::agent {
namespace {

/// The first directory wins.
constexpr std::array kDirectories = {"/etc/hypnos/sleep.d", "/run/hypnos/sleep.d",
                                     "/usr/lib/hypnos/sleep.d"};

constexpr const char* kSystemSleep = "/usr/lib/systemd/system-sleep";
constexpr const char* kFsfreeze = "/etc/qemu/fsfreeze-hook.d";

/// What editors and package managers leave lying about, qemu-ga's list for its fsfreeze hooks; and
/// side files.
constexpr std::array<std::string_view, 8> kSkippedSuffixes = {
    "~", ".bak", ".conf", ".orig", ".rpmnew", ".rpmorig", ".rpmsave", ".sample"};

bool is_skipped(std::string_view name) {
    for (std::string_view suffix : kSkippedSuffixes) {
        if (name.ends_with(suffix)) return true;
    }
    return name.find(".dpkg-") != std::string_view::npos;
}

bool is_trusted(const std::string& path, const struct stat& info) {
    const bool is_ours = info.st_uid == 0 || info.st_uid == geteuid();
    if (is_ours && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0) return true;
    g_warning("hooks: %s is left out: it must belong to root and be writable by no one else",
              path.c_str());
    return false;
}

bool is_runnable(const std::string& path) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size == 0) return false;
    if (access(path.c_str(), X_OK) != 0) return false;
    return is_trusted(path, info);
}

/// File name to directory, below the root.
using Files = std::map<std::string, std::string>;

/// Adds each name that an earlier directory has not taken, masks included.
void add_names(const Root& root, const std::string& directory, Files& found) {
    const std::string path = root.path(directory);
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) return;
    if (!is_trusted(path, info)) return;
    for (const std::string& name : root.list(directory)) {
        if (!is_skipped(name)) found.try_emplace(name, directory);
    }
}

/// A side file that says nothing valid counts as absent: a typing error makes the machine neither
/// unable to sleep nor sleep unprepared.
HookSettings settings_of(const Root& root, const std::string& hook) {
    const std::string path = root.path(hook + ".conf");
    struct stat info {};
    if (stat(path.c_str(), &info) != 0 || !is_trusted(path, info)) return {};
    const std::optional<std::string> text = root.read(hook + ".conf");
    const Result<HookSettings> settings =
        text ? parse_hook_settings(*text) : fail("it cannot be read");
    if (settings) return *settings;
    g_warning("hooks: %s is left out, the hook runs with the defaults: %s", path.c_str(),
              settings.error().message.c_str());
    return {};
}

std::string real_path(const std::string& path) {
    std::error_code none;
    return std::filesystem::canonical(path, none);
}

/// Finds hooks, the directories of one kind after those of another.
class Search {
  public:
    Search(const Root& root, SleepMode mode) : root_(root), mode_(mode) {}

    void add_own() {
        for (const char* directory : kDirectories) add_names(root_, directory, taken_);
        for (const auto& [name, directory] : taken_) {
            const std::string file = directory + "/" + name;
            if (!is_runnable(root_.path(file))) continue;
            const HookSettings settings = settings_of(root_, file);
            const Hook hook{name, root_.path(file), settings.on_failure, settings.style,
                            settings.limit};
            own_.insert(real_path(hook.path));
            if (settings.modes.contains(mode_)) hooks_.push_back(hook);
        }
    }

    /// Those of somebody else: with the settings of `like`, and its name before theirs.
    void add_adapted(const char* directory, const Hook& like) {
        Files files;
        add_names(root_, directory, files);
        for (const auto& [name, ignored] : files) {
            Hook hook = like;
            hook.name += "/" + name;
            hook.path = root_.path(std::string(directory) + "/" + name);
            if (taken_.contains(name) || own_.contains(real_path(hook.path))) continue;
            if (is_runnable(hook.path)) hooks_.push_back(hook);
        }
    }

    [[nodiscard]] std::vector<Hook> hooks() const { return hooks_; }

  private:
    const Root& root_;
    SleepMode mode_;
    Files taken_;
    std::set<std::string> own_;  ///< real paths, also of those that Verbs= leaves out
    std::vector<Hook> hooks_;
};

/// systemd-sleep's own limit, there for all of them together.
constexpr std::chrono::seconds kSystemSleepLimit{90};

}  // namespace

std::vector<Hook> find_hooks(const Root& root, const Config& config, SleepMode mode) {
    Search search(root, mode);
    search.add_own();
    if (config.fsfreeze_hooks)
        search.add_adapted(kFsfreeze, {"fsfreeze", "", OnFailure::Abort, HookStyle::Fsfreeze});
    // With the logind backend systemd-sleep(8) runs them.
    if (config.system_sleep_hooks && config.backend == Backend::Sysfs)
        search.add_adapted(kSystemSleep, {"system-sleep", "", OnFailure::Continue,
                                          HookStyle::Systemd, kSystemSleepLimit});
    return search.hooks();
}

}  // namespace hypnos::agent
