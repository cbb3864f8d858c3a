// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks.hpp"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace hypnos::agent {
namespace {

/// The first directory wins.
constexpr std::array kDirectories = {"/etc/hypnos/sleep.d", "/run/hypnos/sleep.d",
                                     "/usr/lib/hypnos/sleep.d"};

/// What editors and package managers leave lying about; qemu-ga's list for its fsfreeze hooks.
constexpr std::array<std::string_view, 7> kSkippedSuffixes = {
    "~", ".bak", ".orig", ".rpmnew", ".rpmorig", ".rpmsave", ".sample"};

bool is_left_over(std::string_view name) {
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

/// Adds each name that an earlier directory has not taken, masks included.
void add_names(const std::string& directory, std::map<std::string, std::string>& found) {
    struct stat info {};
    if (stat(directory.c_str(), &info) != 0) return;
    if (!is_trusted(directory, info)) return;
    GDir* dir = g_dir_open(directory.c_str(), 0, nullptr);
    if (dir == nullptr) return;
    while (const char* name = g_dir_read_name(dir)) {
        if (!is_left_over(name)) found.try_emplace(name, directory + "/" + name);
    }
    g_dir_close(dir);
}

const char* verb(SleepMode mode) {
    switch (mode) {
        case SleepMode::Ram:
            return "suspend";
        case SleepMode::Disk:
            return "hibernate";
        case SleepMode::Hybrid:
            return "hybrid-sleep";
    }
    return "";
}

const char* result_word(Outcome outcome) {
    if (outcome == Outcome::Slept || outcome == Outcome::S2idle) return "resumed";
    return outcome == Outcome::Failed ? "failed" : "aborted";
}

std::vector<std::string> environment(HookPhase phase, const Record& record) {
    const std::string word = verb(record.request.mode);
    std::vector<std::string> variables = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HYPNOS_PROTO=1",
        "HYPNOS_ID=" + record.request.transaction,
        "HYPNOS_VERB=" + word,
        "HYPNOS_ORIGIN=" + std::string(name_of(record.request.initiator)),
        "SYSTEMD_SLEEP_ACTION=" + word};
    if (phase == HookPhase::Post) {
        variables.push_back(std::string("HYPNOS_RESULT=") + result_word(record.outcome));
        variables.push_back("HYPNOS_ERRNO=" + std::to_string(record.os_error));
        variables.push_back("HYPNOS_SLEPT_MS=" + std::to_string(record.slept.count()));
    }
    return variables;
}

/// Fit for a JSON string: UTF-8, without the last newline.
std::string printable(const std::string& output) {
    char* valid = g_utf8_make_valid(output.c_str(), -1);
    std::string text = g_strchomp(valid);
    g_free(valid);
    return text;
}

HookReport report_of(const Hook& hook, HookPhase phase, const Child::Exit& exit) {
    const char* result = exit.timed_out ? "timed-out" : exit.status == 0 ? "ok" : "failed";
    return {hook.name, phase, result, exit.status, exit.took, printable(exit.output), {}};
}

}  // namespace

std::vector<Hook> find_hooks(const Root& root, const Config&, SleepMode) {
    std::map<std::string, std::string> found;
    for (const char* directory : kDirectories) add_names(root.path(directory), found);
    std::vector<Hook> hooks;
    for (const auto& [name, path] : found) {
        if (is_runnable(path)) hooks.push_back({name, path});
    }
    return hooks;
}

HookRunner::HookRunner(const Root&) {}
void HookRunner::stop() {}
void HookRunner::forget(const std::string&) {}

void HookRunner::run(const Hook& hook, HookPhase phase, std::chrono::milliseconds limit,
                     const Record& record, Done done) {
    const Child::Command command = {
        {hook.path, std::string(name_of(phase)), verb(record.request.mode)},
        environment(phase, record)};
    child_.start(command, limit, [hook, phase, done = std::move(done)](const Child::Exit& exit) {
        done(report_of(hook, phase, exit));
    });
}

}  // namespace hypnos::agent
