// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr const char* kEtc = "/etc/hypnos/sleep.d/";
constexpr const char* kRun = "/run/hypnos/sleep.d/";
constexpr const char* kUsr = "/usr/lib/hypnos/sleep.d/";
constexpr const char* kScript = "#!/bin/sh\nexit 0\n";

Strings names(const test::TempRoot& temp) {
    Strings result;
    for (const Hook& hook : find_hooks(temp.root())) result.push_back(hook.name);
    return result;
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
        const std::vector<Hook> hooks = find_hooks(temp.root());
        ASSERT_EQ(hooks.size(), 1U);
        EXPECT_EQ(hooks[0].path, temp.path(std::string(directory) + "10-a"));
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

HookReport run_hook(const std::string& script, HookPhase phase, const Record& record,
                    std::chrono::milliseconds limit = 10s) {
    const test::TempRoot temp;
    temp.write_program("/hook", "#!/bin/sh\n" + script + "\n");
    HookRunner runner;
    std::optional<HookReport> report;
    runner.run({"10-a", temp.path("/hook")}, phase, limit, record,
               [&report](const HookReport& r) { report = r; });
    EXPECT_TRUE(test::run_until([&report] { return report.has_value(); }));
    return report.value_or(HookReport{});
}

Record record_of(SleepMode mode) {
    Record record;
    record.request.mode = mode;
    record.request.transaction = "tx-1";
    record.request.initiator = Initiator::Host;
    record.outcome = Outcome::Slept;
    record.slept = 1234ms;
    return record;
}

TEST(HookRunner, CallsLikeSystemdSleep) {
    EXPECT_EQ(run_hook("echo $# $1 $2", HookPhase::Pre, record_of(SleepMode::Ram)).output,
              "2 pre suspend");
    EXPECT_EQ(run_hook("echo $1 $2", HookPhase::Post, record_of(SleepMode::Disk)).output,
              "post hibernate");
    EXPECT_EQ(run_hook("echo $1 $2", HookPhase::Pre, record_of(SleepMode::Hybrid)).output,
              "pre hybrid-sleep");
}

/// The lines of `text`, in order of the alphabet.
Strings sorted_lines(const std::string& text) {
    Strings lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
}

TEST(HookRunner, TellsPreHooksWhichSleep) {
    const HookReport report =
        run_hook("env | grep -E 'HYPNOS|SYSTEMD'", HookPhase::Pre, record_of(SleepMode::Disk));
    EXPECT_EQ(sorted_lines(report.output),
              (Strings{"HYPNOS_ID=tx-1", "HYPNOS_ORIGIN=host", "HYPNOS_PROTO=1",
                       "HYPNOS_VERB=hibernate", "SYSTEMD_SLEEP_ACTION=hibernate"}));
}

TEST(HookRunner, TellsPostHooksHowItWent) {
    Record record = record_of(SleepMode::Ram);
    const std::string script = "echo $HYPNOS_RESULT $HYPNOS_ERRNO $HYPNOS_SLEPT_MS";
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "resumed 0 1234");
    record.outcome = Outcome::S2idle;
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "resumed 0 1234");
    record.outcome = Outcome::Failed;
    record.os_error = 16;
    record.slept = 0ms;
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "failed 16 0");
    record.outcome = Outcome::Refused;
    record.os_error = 0;
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "aborted 0 0");
}

TEST(HookRunner, ReportsResultStatusAndOutput) {
    const HookReport ok = run_hook("exit 0", HookPhase::Pre, record_of(SleepMode::Ram));
    EXPECT_EQ(ok.result, "ok");
    EXPECT_EQ(ok.name, "10-a");
    EXPECT_EQ(ok.phase, HookPhase::Pre);
    const HookReport failed =
        run_hook("echo why >&2; exit 3", HookPhase::Post, record_of(SleepMode::Ram));
    EXPECT_EQ(failed.result, "failed");
    EXPECT_EQ(failed.status, 3);
    EXPECT_EQ(failed.output, "why");
    EXPECT_EQ(failed.phase, HookPhase::Post);
}

TEST(HookRunner, ReportsATimeOut) {
    const HookReport report =
        run_hook("exec sleep 60", HookPhase::Pre, record_of(SleepMode::Ram), 50ms);
    EXPECT_EQ(report.result, "timed-out");
    EXPECT_EQ(report.status, 124);
    EXPECT_GE(report.took, 50ms);
}

TEST(HookRunner, MakesItsOutputFitForJson) {
    const HookReport report =
        run_hook("printf 'caf\\351 \\303\\n'", HookPhase::Pre, record_of(SleepMode::Ram));
    EXPECT_EQ(report.output, "caf\uFFFD \uFFFD");
}

TEST(HookRunner, AHookThatVanishedIsAFailureWithTheReason) {
    HookRunner runner;
    std::optional<HookReport> report;
    runner.run({"10-a", "/nonexistent/hook"}, HookPhase::Pre, 1s, record_of(SleepMode::Ram),
               [&report](const HookReport& r) { report = r; });
    ASSERT_TRUE(test::run_until([&report] { return report.has_value(); }));
    EXPECT_EQ(report->result, "failed");
    EXPECT_EQ(report->status, 127);
    EXPECT_NE(report->output.find("/nonexistent/hook"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::agent
