// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "agent/system/hooks/runner.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

HookReport run_hook(const std::string& script, HookPhase phase, const Record& record,
                    std::chrono::milliseconds limit = 10s, HookStyle style = HookStyle::Systemd) {
    const test::TempRoot temp;
    temp.write_program("/hook", "#!/bin/sh\n" + script + "\n");
    HookRunner runner(temp.root());
    std::optional<HookReport> report;
    runner.run({"10-a", temp.path("/hook"), OnFailure::Abort, style}, phase, limit, record,
               [&report](const HookReport& r) { report = r; });
    EXPECT_FALSE(report) << "done was called from inside run()";
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
    const HookReport report = run_hook("env | grep -E 'HYPNOS|SYSTEMD' | grep -v DEADLINE",
                                       HookPhase::Pre, record_of(SleepMode::Disk));
    EXPECT_EQ(
        sorted_lines(report.output),
        (Strings{"HYPNOS_ACTION=hibernate", "HYPNOS_ID=tx-1", "HYPNOS_ORIGIN=host",
                 "HYPNOS_PROTO=1", "HYPNOS_VERB=hibernate", "SYSTEMD_SLEEP_ACTION=hibernate"}));
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
    record.outcome = Outcome::ImageLost;
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "lost 0 0");
}

TEST(HookRunner, TellsPostHooksHowFarItCameAndWhatWokeIt) {
    Record record = record_of(SleepMode::Ram);
    const std::string script = "echo \"$HYPNOS_STAGE:$HYPNOS_WAKE\"";
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, ":");
    record.phases = {{"requested", {}}, {"returned", {}}};
    record.wake_reason = "rtc alarm";
    EXPECT_EQ(run_hook(script, HookPhase::Post, record).output, "returned:rtc alarm");
}

TEST(HookRunner, TellsHooksHowLongTheyHave) {
    const Record record = record_of(SleepMode::Ram);
    for (const HookPhase phase : {HookPhase::Pre, HookPhase::Post}) {
        const int told = std::stoi(run_hook("echo $HYPNOS_DEADLINE_MS", phase, record, 5s).output);
        EXPECT_LE(told, 5000);
        EXPECT_GT(told, 2500) << "what is left of the limit when it starts";
    }
}

TEST(HookRunner, CallsFsfreezeHooksAsQemuDoes) {
    const Record record = record_of(SleepMode::Ram);
    const auto output = [&record](HookPhase phase) {
        return run_hook("echo $# $1", phase, record, 10s, HookStyle::Fsfreeze).output;
    };
    EXPECT_EQ(output(HookPhase::Pre), "1 freeze");
    EXPECT_EQ(output(HookPhase::Post), "1 thaw");
}

TEST(HookRunner, AHookThatHasNothingToDoIsFine) {
    const HookReport report = run_hook("exit 77", HookPhase::Pre, record_of(SleepMode::Ram));
    EXPECT_EQ(report.result, "ok");
    EXPECT_EQ(report.status, 77);
}

std::optional<std::chrono::seconds> retry_after(const std::string& script) {
    return run_hook(script, HookPhase::Pre, record_of(SleepMode::Ram)).retry_after;
}

TEST(HookRunner, AHookMayAskToBeAskedAgainLater) {
    EXPECT_EQ(retry_after("echo 90; echo a backup runs; exit 75"), 90s);
    EXPECT_EQ(retry_after("echo 0; exit 75"), 0s);
    EXPECT_EQ(retry_after("echo 90; exit 1"), std::nullopt);
    EXPECT_EQ(retry_after("echo 90 s; exit 75"), std::nullopt);
    EXPECT_EQ(retry_after("echo -1; exit 75"), std::nullopt);
    EXPECT_EQ(retry_after("exit 75"), std::nullopt);
    EXPECT_EQ(run_hook("exit 75", HookPhase::Pre, record_of(SleepMode::Ram)).result, "failed");
}

TEST(HookRunner, ReportsASignal) {
    const HookReport report = run_hook("kill -KILL $$", HookPhase::Pre, record_of(SleepMode::Ram));
    EXPECT_EQ(report.result, "failed");
    EXPECT_EQ(report.status, 137);
}

TEST(HookRunner, GivesItsHookNoDescriptorsAndNoInput) {
    EXPECT_EQ(run_hook("for fd in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && echo $fd; done; cat",
                       HookPhase::Pre, record_of(SleepMode::Ram))
                  .output,
              "");
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
    const test::TempRoot temp;
    HookRunner runner(temp.root());
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
