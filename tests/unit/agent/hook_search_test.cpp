// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include "agent/system/hooks/search.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr const char* kEtc = "/etc/hypnos/sleep.d/";
constexpr const char* kRun = "/run/hypnos/sleep.d/";
constexpr const char* kUsr = "/usr/lib/hypnos/sleep.d/";
constexpr const char* kSystemSleep = "/usr/lib/systemd/system-sleep/";
constexpr const char* kFsfreeze = "/etc/qemu/fsfreeze-hook.d/";
constexpr const char* kScript = "#!/bin/sh\nexit 0\n";

Strings names(const test::TempRoot& temp, const Config& config = {},
              SleepMode mode = SleepMode::Ram) {
    Strings result;
    for (const Hook& hook : find_hooks(temp.root(), config, mode)) result.push_back(hook.name);
    return result;
}

/// The only hook there is.
Hook hook_of(const test::TempRoot& temp, const Config& config = {}) {
    const std::vector<Hook> hooks = find_hooks(temp.root(), config, SleepMode::Ram);
    EXPECT_EQ(hooks.size(), 1U);
    return hooks.empty() ? Hook{} : hooks[0];
}

void add_hook(const test::TempRoot& temp, const std::string& file, mode_t mode = 0755) {
    temp.write_program(file, kScript, mode);
}

TEST(FindHooks, NoDirectoriesNoHooks) { EXPECT_EQ(names(test::TempRoot()), Strings{}); }

TEST(FindHooks, OrdersByNameAcrossDirectories) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kUsr) + "10-a");
    add_hook(temp, std::string(kEtc) + "20-b");
    add_hook(temp, std::string(kRun) + "15-c");
    add_hook(temp, std::string(kEtc) + "9-d");
    EXPECT_EQ(names(temp), (Strings{"10-a", "15-c", "20-b", "9-d"}));
}

TEST(FindHooks, TheFirstDirectoryWins) {
    const test::TempRoot temp;
    for (const char* directory : {kUsr, kRun, kEtc}) {
        add_hook(temp, std::string(directory) + "10-a");
        EXPECT_EQ(hook_of(temp).path, temp.path(std::string(directory) + "10-a"));
    }
}

TEST(FindHooks, AnEmptyFileMasks) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kUsr) + "10-a");
    temp.write(std::string(kEtc) + "10-a", "");
    EXPECT_EQ(names(temp), Strings{});
}

TEST(FindHooks, ALinkToDevNullMasks) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kUsr) + "10-a");
    temp.link(std::string(kRun) + "10-a", "/dev/null");
    EXPECT_EQ(names(temp), Strings{});
}

TEST(FindHooks, ALinkToAProgramIsAHook) {
    const test::TempRoot temp;
    temp.link(std::string(kEtc) + "10-a", "/bin/true");
    EXPECT_EQ(names(temp), Strings{"10-a"});
}

TEST(FindHooks, LeavesOutWhatEditorsAndPackagersLeaveBehind) {
    const test::TempRoot temp;
    for (const char* name : {"a~", "a.bak", "a.orig", "a.rpmnew", "a.rpmorig", "a.rpmsave",
                             "a.sample", "a.dpkg-new", "a.dpkg-old", "a.dpkg-dist"})
        add_hook(temp, std::string(kEtc) + name);
    add_hook(temp, std::string(kEtc) + "backup.sh");
    EXPECT_EQ(names(temp), Strings{"backup.sh"});
}

TEST(FindHooks, LeavesOutWhatIsNoProgram) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-not-executable", 0644);
    temp.make_directory(std::string(kEtc) + "20-directory");
    temp.link(std::string(kEtc) + "30-dangling", "/nonexistent/x");
    EXPECT_EQ(names(temp), Strings{});
}

TEST(FindHooks, LeavesOutWhatOthersMayWrite) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-group", 0775);
    add_hook(temp, std::string(kEtc) + "20-world", 0757);
    add_hook(temp, std::string(kEtc) + "30-mine", 0755);
    EXPECT_EQ(names(temp), Strings{"30-mine"});
}

TEST(FindHooks, LeavesOutWhatBelongsToSomebodyElse) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-nobody");
    ASSERT_EQ(chown(temp.path(std::string(kEtc) + "10-nobody").c_str(), 65534, 65534), 0);
    EXPECT_EQ(names(temp), Strings{});
}

TEST(SideFile, WithoutOneThereAreDefaults) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-a");
    const Hook hook = hook_of(temp);
    EXPECT_EQ(hook.on_failure, OnFailure::Abort);
    EXPECT_EQ(hook.style, HookStyle::Systemd);
    EXPECT_EQ(hook.limit, 15s);
}

TEST(SideFile, SaysHowItsHookIsRun) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kUsr) + "10-a");
    temp.write(std::string(kUsr) + "10-a.conf",
               "[Hook]\nTimeout=20\nOnFailure=required\nStyle=fsfreeze\n");
    const Hook hook = hook_of(temp);
    EXPECT_EQ(hook.limit, 20s);
    EXPECT_EQ(hook.on_failure, OnFailure::Required);
    EXPECT_EQ(hook.style, HookStyle::Fsfreeze);
}

TEST(SideFile, IsThatOfTheSameDirectory) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kUsr) + "10-a");
    temp.write(std::string(kEtc) + "10-a.conf", "[Hook]\nTimeout=20\n");
    EXPECT_EQ(hook_of(temp).limit, 15s);
}

TEST(SideFile, IsNoHookEvenIfItCanBeRun) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-a.conf");
    EXPECT_EQ(names(temp), Strings{});
}

TEST(SideFile, LeavesItsHookOutOfOtherSleeps) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-a");
    temp.write(std::string(kEtc) + "10-a.conf", "[Hook]\nVerbs=hibernate hybrid-sleep\n");
    EXPECT_EQ(names(temp, {}, SleepMode::Ram), Strings{});
    EXPECT_EQ(names(temp, {}, SleepMode::Disk), Strings{"10-a"});
    EXPECT_EQ(names(temp, {}, SleepMode::Hybrid), Strings{"10-a"});
}

TEST(SideFile, ABrokenOneCountsAsAbsentAltogether) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kEtc) + "10-a");
    temp.write(std::string(kEtc) + "10-a.conf",
               "[Hook]\nVerbs=hibernate\nOnFailure=continue\nTimeout=soon\n");
    const Hook hook = hook_of(temp);
    EXPECT_EQ(hook.on_failure, OnFailure::Abort);
    EXPECT_EQ(hook.limit, 15s);
}

TEST(SideFile, OneThatOthersMayWriteCountsAsAbsent) {
    const test::TempRoot temp;
    const std::string file = std::string(kEtc) + "10-a.conf";
    add_hook(temp, std::string(kEtc) + "10-a");
    temp.write(file, "[Hook]\nOnFailure=continue\n");
    EXPECT_EQ(hook_of(temp).on_failure, OnFailure::Continue);
    chmod(temp.path(file).c_str(), 0666);
    EXPECT_EQ(hook_of(temp).on_failure, OnFailure::Abort);
}

Config with_fsfreeze() {
    Config config;
    config.fsfreeze_hooks = true;
    return config;
}

TEST(SystemSleep, ItsScriptsComeLastAndRefuseNothing) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z");
    add_hook(temp, std::string(kSystemSleep) + "05-y");
    add_hook(temp, std::string(kFsfreeze) + "30-db");
    add_hook(temp, std::string(kEtc) + "90-a");
    EXPECT_EQ(names(temp, with_fsfreeze()),
              (Strings{"90-a", "fsfreeze/30-db", "system-sleep/05-y", "system-sleep/10-z"}));
}

TEST(SystemSleep, RefusesNothingAndHasMoreTime) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z");
    const Hook hook = hook_of(temp);
    EXPECT_EQ(hook.path, temp.path(std::string(kSystemSleep) + "10-z"));
    EXPECT_EQ(hook.on_failure, OnFailure::Continue);
    EXPECT_EQ(hook.style, HookStyle::Systemd);
    EXPECT_EQ(hook.limit, 90s);
}

TEST(SystemSleep, IsLeftToSystemdWhereLogindSleeps) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z");
    Config config;
    config.backend = Backend::Logind;
    EXPECT_EQ(names(temp, config), Strings{});
}

TEST(SystemSleep, CanBeTurnedOff) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z");
    Config config;
    config.system_sleep_hooks = false;
    EXPECT_EQ(names(temp, config), Strings{});
}

TEST(SystemSleep, AScriptThatIsAlsoOursRunsOnce) {
    const test::TempRoot temp;
    add_hook(temp, "/usr/lib/app/both.sh");
    temp.link(std::string(kSystemSleep) + "app", temp.path("/usr/lib/app/both.sh"));
    EXPECT_EQ(names(temp), Strings{"system-sleep/app"});
    temp.link(std::string(kEtc) + "10-app", temp.path("/usr/lib/app/both.sh"));
    EXPECT_EQ(names(temp), Strings{"10-app"});
    temp.write(std::string(kEtc) + "10-app.conf", "[Hook]\nVerbs=hibernate\n");
    EXPECT_EQ(names(temp), Strings{})
        << "what Verbs= leaves out must not come in by the other door";
}

TEST(SystemSleep, TwoOfOursMayBeTheSameProgram) {
    const test::TempRoot temp;
    temp.link(std::string(kEtc) + "10-a", "/bin/true");
    temp.link(std::string(kEtc) + "20-b", "/bin/true");
    EXPECT_EQ(names(temp), (Strings{"10-a", "20-b"}));
}

TEST(SystemSleep, AScriptIsMaskedByNameAsOursAre) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z");
    temp.write(std::string(kEtc) + "10-z", "");
    EXPECT_EQ(names(temp), Strings{});
}

TEST(SystemSleep, WhatOthersMayWriteIsLeftOutThereToo) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kSystemSleep) + "10-z", 0777);
    EXPECT_EQ(names(temp), Strings{});
}

TEST(Fsfreeze, IsOffUnlessTurnedOn) {
    const test::TempRoot temp;
    add_hook(temp, std::string(kFsfreeze) + "mysql.sh");
    EXPECT_EQ(names(temp), Strings{});
    const Hook hook = hook_of(temp, with_fsfreeze());
    EXPECT_EQ(hook.name, "fsfreeze/mysql.sh");
    EXPECT_EQ(hook.on_failure, OnFailure::Abort);
    EXPECT_EQ(hook.style, HookStyle::Fsfreeze);
    EXPECT_EQ(hook.limit, 15s);
}

}  // namespace
}  // namespace hypnos::agent
