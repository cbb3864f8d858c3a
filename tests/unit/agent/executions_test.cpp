// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/executions.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

/// A program. What it does not read must not end us, as it does not end the agent.
std::shared_ptr<Execution> execution(const std::vector<std::string>& arguments,
                                     Capture capture = Capture::None, const std::string& input = "",
                                     std::optional<std::vector<std::string>> environment = {}) {
    signal(SIGPIPE, SIG_IGN);
    Result<StartedProgram> started =
        start_program({arguments, std::move(environment), capture, !input.empty()});
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    return Execution::follow(std::move(*started), input);
}

std::shared_ptr<const ExecResult> ended(const std::shared_ptr<Execution>& execution) {
    while (!execution->result()) std::this_thread::yield();
    return execution->result();
}

std::shared_ptr<Execution> ended_execution(const std::string& script = "",
                                           Capture capture = Capture::None) {
    auto made = execution({"sh", "-c", script}, capture);
    ended(made);
    return made;
}

TEST(ExecutionTest, InputGoesInAndBothStreamsComeOut) {
    const std::string input(300000, 'i');
    const auto result =
        ended(execution({"sh", "-c", "cat; echo e >&2"}, Capture::Separated, input));
    EXPECT_EQ(result->output.bytes(), input);
    EXPECT_EQ(result->errors.bytes(), "e\n");
}

TEST(ExecutionTest, InputThatNobodyReadsIsDropped) {
    EXPECT_EQ(ended(execution({"true"}, Capture::None, std::string(300000, 'i')))->wait_status, 0);
}

TEST(ExecutionTest, AProgramHasTheEnvironmentThatIsAskedForOrOursWithoutTheServiceManagers) {
    EXPECT_EQ(ended(execution({"env"}, Capture::Stdout, "", {{"A=b"}}))->output.bytes(), "A=b\n");
    EXPECT_EQ(ended(execution({"env"}, Capture::Stdout, "", {{}}))->output.bytes(), "");
    g_setenv("NOTIFY_SOCKET", "@x", TRUE);
    g_setenv("HYPNOS_TEST_MARK", "y", TRUE);
    const std::string ours = ended(execution({"env"}, Capture::Stdout))->output.bytes();
    g_unsetenv("NOTIFY_SOCKET");
    EXPECT_EQ(ours.find("NOTIFY_SOCKET"), std::string::npos);
    EXPECT_NE(ours.find("HYPNOS_TEST_MARK=y"), std::string::npos);
}

TEST(ExecutionTest, AProgramThatIsNotThereIsQemuGasError) {
    const Result<StartedProgram> started = start_program({{"/nonexistent"}, {}, {}, false});
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.starts_with(
        "Guest agent command failed, error was 'Failed to execute child process"))
        << started.error().message;
}

TEST(ExecutionTableTest, AResultCanBeReadAgainForAWhile) {
    ExecutionTable table;
    table.add(7, ended_execution("exit 3"));
    EXPECT_TRUE(table.read(7, 0s).value());
    EXPECT_TRUE(table.read(7, 299s).value());
    EXPECT_EQ(table.read(7, 300s).error().message, "PID 7 does not exist");
}

TEST(ExecutionTableTest, WhatNobodyHasReadStays) {
    ExecutionTable table;
    table.add(7, ended_execution());
    table.tidy(100h);
    EXPECT_TRUE(table.read(7, 100h));
}

TEST(ExecutionTableTest, OfManyResultsTheOldestGoAndThoseThatWereReadFirst) {
    ExecutionTable table;
    const auto result = ended_execution();
    const int surplus = 3, count = static_cast<int>(ExecutionTable::kResultsMax) + surplus;
    for (int pid = 1; pid <= count; ++pid) table.add(pid, result);
    EXPECT_TRUE(table.read(count, 0s));
    table.tidy(0s);
    EXPECT_FALSE(table.read(count, 0s));
    EXPECT_FALSE(table.read(1, 0s));
    EXPECT_FALSE(table.read(2, 0s));
    EXPECT_TRUE(table.read(3, 0s));
}

TEST(ExecutionTableTest, ManyBytesCountAsManyResults) {
    ExecutionTable table;
    const auto big = ended_execution("head -c 20000000 /dev/zero", Capture::Stdout);
    const int count = static_cast<int>(ExecutionTable::kBytesMax / CapturedStream::kKept) + 1;
    for (int pid = 1; pid <= count; ++pid) table.add(pid, big);
    table.tidy(0s);
    EXPECT_FALSE(table.read(1, 0s));
    EXPECT_TRUE(table.read(2, 0s));
}

TEST(ExecutionTableTest, OnlySoManyRunAtOnce) {
    ExecutionTable table;
    const auto running = std::make_shared<Execution>();  // nobody follows it to its end
    const int most = static_cast<int>(ExecutionTable::kRunningMax);
    for (int pid = 1; pid <= most; ++pid) table.add(pid, running);
    EXPECT_FALSE(table.check_room());
    EXPECT_EQ(table.read(1, std::chrono::nanoseconds(0)).value(), nullptr);
    table.add(1, ended_execution());
    EXPECT_TRUE(table.check_room());
}

}  // namespace
}  // namespace hypnos::agent
