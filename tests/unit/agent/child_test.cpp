// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/child.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <fstream>
#include <optional>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"
#include "tests/support/unkillable.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using test::run_until;

Child::Command shell(const std::string& script) {
    return {{"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin", "GREETING=hello"}};
}

/// One child, run to its end.
Child::Exit run(const Child::Command& command, std::chrono::milliseconds limit = 10s) {
    Child child;
    std::optional<Child::Exit> exit;
    child.start(command, limit, [&exit](const Child::Exit& e) { exit = e; });
    EXPECT_FALSE(exit) << "done was called from inside start()";
    EXPECT_TRUE(run_until([&exit] { return exit.has_value(); }));
    return exit.value_or(Child::Exit{});
}

/// Ended, whether or not somebody has asked for its status.
bool is_over(int pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    stat >> number >> name >> state;
    return state.empty() || state == "Z";
}

TEST(Child, ReportsItsExitStatus) {
    EXPECT_EQ(run(shell("exit 0")).status, 0);
    EXPECT_EQ(run(shell("exit 7")).status, 7);
    EXPECT_FALSE(run(shell("exit 7")).timed_out);
}

TEST(Child, ReportsASignalAs128AndItsNumber) {
    EXPECT_EQ(run(shell("kill -KILL $$")).status, 128 + SIGKILL);
}

TEST(Child, OneThatCannotBeStartedReports127AndWhy) {
    const Child::Exit exit = run({{"/nonexistent/program"}, {}});
    EXPECT_EQ(exit.status, 127);
    EXPECT_NE(exit.output.find("/nonexistent/program"), std::string::npos) << exit.output;
}

TEST(Child, KeepsStdoutAndStderrInOrder) {
    EXPECT_EQ(run(shell("echo one; echo two >&2; echo three")).output, "one\ntwo\nthree\n");
}

TEST(Child, KeepsTheBeginningOfMuchOutputAndReadsAllOfIt) {
    const Child::Exit exit = run(shell("head -c 1000000 /dev/zero | tr '\\0' x"));
    EXPECT_EQ(exit.output, std::string(Child::kOutputKept, 'x'));
    EXPECT_EQ(exit.status, 0);
}

TEST(Child, GetsTheEnvironmentGivenAndNoOther) {
    setenv("HYPNOS_TEST_SECRET", "x", 1);
    EXPECT_EQ(run(shell("echo $GREETING-$HYPNOS_TEST_SECRET-$HOME")).output, "hello--\n");
    unsetenv("HYPNOS_TEST_SECRET");
}

TEST(Child, HasNoInputAndRunsInTheRootDirectory) {
    EXPECT_EQ(run(shell("cat; pwd")).output, "/\n");
}

TEST(Child, LeadsASessionOfItsOwn) {
    // Fields of stat(5) in /proc: pid (comm) state ppid pgrp session.
    EXPECT_EQ(
        run(shell("set -- $(cat /proc/$$/stat); [ $1 = $5 ] && [ $1 = $6 ] && echo leader")).output,
        "leader\n");
}

TEST(Child, InheritsNoDescriptors) {
    EXPECT_EQ(run(shell("for fd in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && echo $fd; done; :"))
                  .output,
              "");
}

TEST(Child, IsEndedWhenItsTimeIsUp) {
    const Child::Exit exit = run(shell("echo started; exec sleep 60"), 50ms);
    EXPECT_TRUE(exit.timed_out);
    EXPECT_EQ(exit.status, 124);
    EXPECT_GE(exit.took, 50ms);
    EXPECT_LT(exit.took, Child::kShortestGrace);
}

TEST(Child, TimeUpEndsWhatItStartedToo) {
    const test::TempRoot temp;
    const Child::Exit exit =
        run(shell("sleep 60 & echo $! > " + temp.path("/pid") + "; wait"), 200ms);
    EXPECT_TRUE(exit.timed_out);
    const int grandchild = std::stoi(temp.read("/pid"));
    EXPECT_TRUE(test::poll_until([grandchild] { return is_over(grandchild); }));
}

TEST(Child, TimeUpIsToldToTheWholeGroupSoThatEachCanTidyUp) {
    const test::TempRoot temp;
    const std::string grandchild =
        "(trap 'echo told > " + temp.path("/note") + "; exit' TERM; while :; do sleep 0.01; done)";
    const Child::Exit exit = run(shell("trap : TERM; " + grandchild + " & wait; wait"), 200ms);
    EXPECT_TRUE(exit.timed_out);
    EXPECT_EQ(temp.read("/note"), "told\n");
    EXPECT_LT(exit.took, Child::kShortestGrace);
}

TEST(Child, TimeUpKillsAGrandchildThatIgnoresTermOnceTheChildIsGone) {
    const test::TempRoot temp;
    const std::string stubborn = "(trap '' TERM; echo $$ >/dev/null; exec sleep 60) & echo $! > ";
    const Child::Exit exit = run(shell(stubborn + temp.path("/pid") + "; exec sleep 60"), 200ms);
    EXPECT_TRUE(exit.timed_out);
    const int grandchild = std::stoi(temp.read("/pid"));
    EXPECT_TRUE(test::poll_until([grandchild] { return is_over(grandchild); }));
}

TEST(Child, OneThatIgnoresTermIsKilled) {
    const Child::Exit exit = run(shell("trap '' TERM; while :; do sleep 0.01; done"), 50ms);
    EXPECT_TRUE(exit.timed_out);
    EXPECT_FALSE(exit.stuck);
    EXPECT_EQ(exit.status, 124);
    EXPECT_GE(exit.took, 50ms + Child::kShortestGrace);
}

TEST(Child, OneThatDoesNotEndAtAllIsStuck) {
    const test::TempRoot temp;
    Child child;
    std::optional<Child::Exit> exit;
    child.start(shell("echo $$ >" + temp.path("/pid") + "; exec sleep 60"), 60s,
                [&exit](const Child::Exit& e) { exit = e; });
    ASSERT_TRUE(test::poll_until([&temp] { return temp.read("/pid").ends_with("\n"); }));
    const test::Unkillable traced(std::stoi(temp.read("/pid")));
    if (!traced) GTEST_SKIP() << "tracing is forbidden here";
    child.stop();
    ASSERT_TRUE(run_until([&exit] { return exit.has_value(); }));
    EXPECT_TRUE(exit->stuck);
    EXPECT_TRUE(exit->timed_out);
    EXPECT_EQ(exit->status, 124);
}

TEST(Child, AGrandchildThatDoesNotEndMakesItStuck) {
    const test::TempRoot temp;
    Child child;
    std::optional<Child::Exit> exit;
    child.start(shell("sleep 60 & echo $! >" + temp.path("/pid") + "; wait"), 60s,
                [&exit](const Child::Exit& e) { exit = e; });
    ASSERT_TRUE(test::poll_until([&temp] { return temp.read("/pid").ends_with("\n"); }));
    const test::Unkillable traced(std::stoi(temp.read("/pid")));
    if (!traced) GTEST_SKIP() << "tracing is forbidden here";
    child.stop();
    ASSERT_TRUE(run_until([&exit] { return exit.has_value(); }));
    EXPECT_TRUE(exit->stuck);
    EXPECT_LT(exit->took, Child::kShortestGrace + Child::kKillGrace) << "SIGTERM was enough to ask";
}

TEST(Child, CanBeStoppedBeforeItsTimeIsUp) {
    Child child;
    std::optional<Child::Exit> exit;
    child.stop();
    child.start(shell("exec sleep 60"), 60s, [&exit](const Child::Exit& e) { exit = e; });
    child.stop();
    child.stop();
    ASSERT_TRUE(run_until([&exit] { return exit.has_value(); }));
    EXPECT_TRUE(exit->timed_out);
    child.stop();
}

TEST(Child, AChildThatLeavesItsOutputOpenIsOverWhenItExits) {
    const test::TempRoot temp;
    const Child::Exit exit =
        run(shell("sleep 60 & echo $! > " + temp.path("/pid") + "; echo done"), 5s);
    EXPECT_FALSE(exit.timed_out);
    EXPECT_EQ(exit.output, "done\n");
    EXPECT_LT(exit.took, 5s);
    kill(std::stoi(temp.read("/pid")), SIGKILL);
}

TEST(Child, DoneMayStartTheNextOne) {
    Child child;
    std::string outputs;
    child.start(shell("echo 1"), 5s, [&](const Child::Exit& first) {
        outputs += first.output;
        child.start(shell("echo 2"), 5s,
                    [&](const Child::Exit& second) { outputs += second.output; });
    });
    EXPECT_TRUE(run_until([&outputs] { return outputs == "1\n2\n"; })) << outputs;
}

TEST(Child, NoneIsLeftAsAZombie) {
    const Child::Exit exit = run(shell("echo $$"));
    const int pid = std::stoi(exit.output);
    EXPECT_EQ(kill(pid, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace hypnos::agent
