// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Hooks whose agent is killed while they run, and what the next agent makes of them.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>

#include "agent/system/hooks/process_group.hpp"
#include "agent/system/hooks/runner.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"
#include "tests/support/unkillable.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using test::poll_until;

constexpr const char* kCalls = "/run/hypnos/hooks/tx-1/10-a/";

Record record_of(const std::string& transaction = "tx-1") {
    Record record;
    record.request.transaction = transaction;
    return record;
}

class HookSurvival : public testing::Test {
  protected:
    /// $T is the temporary root.
    void write_hook(const std::string& script) const {
        temp_.write_program("/hook", "#!/bin/sh\nT=" + temp_.directory() + "\n" + script + "\n");
    }

    /// Notes its phase, then waits for the file /go.
    void write_waiting_hook(const std::string& then) const {
        write_hook("echo $1 >>$T/log; until [ -e $T/go ]; do sleep 0.01; done; " + then);
    }

    [[nodiscard]] Hook hook() const { return {"10-a", temp_.path("/hook")}; }

    /// An agent starts the hook, and is gone once there is a /log.
    void start_and_lose(HookPhase phase) const {
        HookRunner lost(temp_.root());
        lost.run(hook(), phase, 60s, record_of(), [](const HookReport&) { FAIL() << "it ended"; });
        ASSERT_TRUE(poll_until([this] { return temp_.read("/log").ends_with("\n"); }));
    }

    HookReport finish(HookRunner& runner, const std::function<void()>& meanwhile, HookPhase phase,
                      milliseconds limit, const Record& record) {
        std::optional<HookReport> report;
        runner.run(hook(), phase, limit, record, [&report](const HookReport& r) { report = r; });
        meanwhile();
        EXPECT_TRUE(test::run_until([&report] { return report.has_value(); }));
        return report.value_or(HookReport{});
    }

    /// The next agent runs it.
    HookReport run_again(HookPhase phase, milliseconds limit = 10s,
                         const Record& record = record_of()) {
        HookRunner runner(temp_.root());
        return finish(
            runner, [] {}, phase, limit, record);
    }

    void go() const { temp_.write("/go", ""); }
    [[nodiscard]] std::string log() const { return temp_.read("/log"); }
    [[nodiscard]] bool has_ended(const std::string& phase) const {
        return temp_.read(kCalls + phase).ends_with("\n");
    }
    [[nodiscard]] int pid_of(const std::string& phase) const {
        return std::stoi(temp_.read(kCalls + phase + ".pid"));
    }

    test::TempRoot temp_;
};

TEST_F(HookSurvival, OneThatStillRunsIsWaitedFor) {
    write_waiting_hook("echo said; exit 3");
    start_and_lose(HookPhase::Post);
    HookRunner next(temp_.root());
    const HookReport report = finish(
        next, [this] { go(); }, HookPhase::Post, 10s, record_of());
    EXPECT_EQ(report.result, "failed");
    EXPECT_EQ(report.status, 3);
    EXPECT_EQ(report.output, "said");
    EXPECT_EQ(log(), "post\n");
}

TEST_F(HookSurvival, OneThatHasEndedIsNotRunAgain) {
    write_waiting_hook("echo lost || exit 9; exit 77");
    start_and_lose(HookPhase::Post);
    go();
    ASSERT_TRUE(poll_until([this] { return has_ended("post"); }));
    const HookReport report = run_again(HookPhase::Post);
    EXPECT_EQ(report.result, "ok");
    EXPECT_EQ(report.status, 77) << "it must not die of what it prints";
    EXPECT_EQ(log(), "post\n");
}

TEST_F(HookSurvival, TheAgentMayDieByAnySignal) {
    write_waiting_hook("echo said");
    const pid_t agent = fork();
    if (agent == 0) {
        HookRunner runner(temp_.root());
        runner.run(hook(), HookPhase::Pre, 60s, record_of(), [](const HookReport&) { _exit(1); });
        while (true) g_main_context_iteration(nullptr, TRUE);
    }
    ASSERT_TRUE(poll_until([this] { return log() == "pre\n"; }));
    kill(agent, SIGKILL);
    waitpid(agent, nullptr, 0);
    HookRunner next(temp_.root());
    const HookReport report = finish(
        next, [this] { go(); }, HookPhase::Pre, 10s, record_of());
    EXPECT_EQ(report.result, "ok");
    EXPECT_EQ(report.output, "said");
    EXPECT_EQ(log(), "pre\n");
}

TEST_F(HookSurvival, OneThatIsWaitedForHasALimitToo) {
    write_waiting_hook("");
    start_and_lose(HookPhase::Post);
    EXPECT_EQ(run_again(HookPhase::Post, 50ms).result, "timed-out");
    EXPECT_EQ(run_again(HookPhase::Post).result, "timed-out") << "that was its only run";
    EXPECT_EQ(log(), "post\n");
}

TEST_F(HookSurvival, OneThatWasKilledWithItsSupervisorIsRunAgain) {
    write_waiting_hook("");
    start_and_lose(HookPhase::Post);
    const int group = pid_of("post");
    kill(-group, SIGKILL);
    ASSERT_TRUE(poll_until([group] { return !group_lives(group); }));
    go();
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(log(), "post\npost\n");
}

TEST_F(HookSurvival, APreThatStillRunsIsEndedBeforeItsPost) {
    write_hook(
        "if [ $1 = pre ]; then trap 'echo ended >>$T/log; exit' TERM; echo pre >>$T/log; "
        "while :; do sleep 0.01; done; fi; echo $1 >>$T/log");
    start_and_lose(HookPhase::Pre);
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(log(), "pre\nended\npost\n");
}

TEST_F(HookSurvival, AlsoAPreThatIgnoresTerm) {
    write_hook(
        "echo $1 >>$T/log; [ $1 = post ] && exit; trap '' TERM; "
        "while :; do sleep 0.01; done");
    start_and_lose(HookPhase::Pre);
    const int pre = pid_of("pre");
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(log(), "pre\npost\n");
    EXPECT_FALSE(group_lives(pre));
}

TEST_F(HookSurvival, APreThatHasEndedDoesNotHoldItsPostUp) {
    write_hook("echo $1 >>$T/log");
    EXPECT_EQ(run_again(HookPhase::Pre).result, "ok");
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(log(), "pre\npost\n");
}

TEST_F(HookSurvival, AnotherTransactionIsAnotherCall) {
    write_hook("echo $HYPNOS_ID >>$T/log");
    run_again(HookPhase::Pre);
    run_again(HookPhase::Pre, 10s, record_of("tx-2"));
    EXPECT_EQ(log(), "tx-1\ntx-2\n");
}

TEST_F(HookSurvival, WhatIsForgottenIsRunAgain) {
    write_hook("echo $1 >>$T/log");
    run_again(HookPhase::Pre);
    HookRunner(temp_.root()).forget("tx-2");
    run_again(HookPhase::Pre);
    EXPECT_EQ(log(), "pre\n");
    HookRunner(temp_.root()).forget("tx-1");
    EXPECT_FALSE(std::filesystem::exists(temp_.path("/run/hypnos/hooks/tx-1")));
    run_again(HookPhase::Pre);
    EXPECT_EQ(log(), "pre\npre\n");
}

TEST_F(HookSurvival, TransactionsCannotReachOutOfTheirDirectory) {
    temp_.write("/run/hypnos/events.json", "");
    for (const char* name : {"..", "../..", "."}) HookRunner(temp_.root()).forget(name);
    EXPECT_TRUE(std::filesystem::exists(temp_.path("/run/hypnos/events.json")));
}

TEST_F(HookSurvival, TheNotesAreForRootOnly) {
    write_hook("");
    run_again(HookPhase::Pre);
    for (const std::string directory : {"/run/hypnos/hooks", "/run/hypnos/hooks/tx-1/10-a"}) {
        struct stat info {};
        ASSERT_EQ(stat(temp_.path(directory).c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777, 0700U);
    }
}

TEST_F(HookSurvival, ANumberThatIsNoLongerItsPidIsNotTouched) {
    write_hook("echo $1 >>$T/log");
    const pid_t stranger = fork();
    if (stranger == 0) {
        setsid();
        while (true) pause();
    }
    temp_.make_directory(kCalls);
    mkfifo(temp_.path(std::string(kCalls) + "pre.out").c_str(), 0600);
    temp_.write(std::string(kCalls) + "pre.pid", std::to_string(stranger) + "\n");
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(waitpid(stranger, nullptr, WNOHANG), 0) << "it was killed";
    kill(stranger, SIGKILL);
    waitpid(stranger, nullptr, 0);
}

/// A supervisor that has begun, and has done nothing yet.
UniqueFd lock_call(const test::TempRoot& temp, const std::string& phase) {
    const std::string fifo = temp.path(kCalls + phase + ".out");
    temp.make_directory(kCalls);
    mkfifo(fifo.c_str(), 0600);
    UniqueFd lock(open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    EXPECT_EQ(flock(lock.get(), LOCK_EX | LOCK_NB), 0);
    return lock;
}

TEST_F(HookSurvival, OneThatIsJustBeginningIsNotStartedTwice) {
    write_hook("echo $1 >>$T/log");
    UniqueFd lock = lock_call(temp_, "pre");
    HookRunner runner(temp_.root());
    glib::Source end;
    const auto end_of_other = [this, &lock, &end] {
        end = glib::after(nullptr, 30ms, [this, &lock] {
            temp_.write(std::string(kCalls) + "pre", "4\n");
            lock = UniqueFd();
        });
    };
    EXPECT_EQ(finish(runner, end_of_other, HookPhase::Pre, 10s, record_of()).status, 4);
    EXPECT_EQ(log(), "");
}

TEST_F(HookSurvival, OneThatNeverShowsItselfIsStuck) {
    write_hook("echo $1 >>$T/log");
    const UniqueFd lock = lock_call(temp_, "pre");
    EXPECT_EQ(run_again(HookPhase::Pre, 50ms).result, "stuck");
    EXPECT_EQ(log(), "");
}

TEST_F(HookSurvival, WithoutAPlaceForNotesAHookFailsWithTheReason) {
    write_hook("echo $1 >>$T/log");
    temp_.write("/run/hypnos", "in the way");
    const HookReport report = run_again(HookPhase::Pre);
    EXPECT_EQ(report.result, "failed");
    EXPECT_NE(report.output.find("/run/hypnos/hooks"), std::string::npos) << report.output;
    EXPECT_EQ(log(), "");
}

TEST_F(HookSurvival, WhatAHookLeavesRunningIsNotTheHook) {
    write_hook("echo $1 >>$T/log; sleep 60 & echo $! >>$T/left");
    EXPECT_EQ(run_again(HookPhase::Pre).result, "ok");
    EXPECT_EQ(run_again(HookPhase::Post).result, "ok");
    EXPECT_EQ(log(), "pre\npost\n");
    std::istringstream left(temp_.read("/left"));
    for (int pid = 0; left >> pid;) EXPECT_EQ(kill(pid, SIGKILL), 0);
}

TEST_F(HookSurvival, NamesOfAdaptersHaveNotesOfTheirOwn) {
    write_hook("echo $1 >>$T/log");
    HookRunner runner(temp_.root());
    for (const char* name : {"system-sleep/x", "system-sleep%2fx", "..", "system-sleep"}) {
        std::optional<HookReport> report;
        runner.run({name, temp_.path("/hook")}, HookPhase::Pre, 10s, record_of(),
                   [&report](const HookReport& r) { report = r; });
        ASSERT_TRUE(test::run_until([&report] { return report.has_value(); }));
        EXPECT_EQ(report->result, "ok") << report->output;
    }
    EXPECT_EQ(log(), "pre\npre\npre\npre\n");
}

TEST_F(HookSurvival, StopEndsTheOneThatRuns) {
    write_hook("echo $1 >>$T/log; exec sleep 60");
    HookRunner runner(temp_.root());
    const auto stop = [this, &runner] {
        ASSERT_TRUE(poll_until([this] { return log() == "pre\n"; }));
        runner.stop();
    };
    const HookReport report = finish(runner, stop, HookPhase::Pre, 60s, record_of());
    EXPECT_EQ(report.result, "timed-out");
    EXPECT_EQ(report.status, 124);
}

TEST_F(HookSurvival, OneThatIsStoppedAtOnceIsNotStarted) {
    write_hook("echo $1 >>$T/log");
    HookRunner runner(temp_.root());
    runner.stop();
    const auto stop = [&runner] { runner.stop(); };
    EXPECT_EQ(finish(runner, stop, HookPhase::Pre, 60s, record_of()).result, "timed-out");
    EXPECT_EQ(log(), "");
    EXPECT_EQ(finish(
                  runner, [] {}, HookPhase::Pre, 10s, record_of())
                  .result,
              "ok");
}

TEST_F(HookSurvival, OneThatDoesNotEndEvenByKillIsStuck) {
    write_hook("echo $$ >>$T/log; exec sleep 60");
    HookRunner runner(temp_.root());
    std::unique_ptr<test::Unkillable> traced;
    const auto stop = [this, &runner, &traced] {
        ASSERT_TRUE(poll_until([this] { return log().ends_with("\n"); }));
        traced = std::make_unique<test::Unkillable>(std::stoi(log()));
        runner.stop();
    };
    const HookReport report = finish(runner, stop, HookPhase::Pre, 60s, record_of());
    if (!*traced) GTEST_SKIP() << "tracing is forbidden here";
    EXPECT_EQ(report.result, "stuck");
    EXPECT_EQ(report.status, 124);
}

}  // namespace
}  // namespace hypnos::agent
