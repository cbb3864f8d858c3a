// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/settings.hpp"

#include <gtest/gtest.h>

#include "tests/support/result.hpp"

namespace hypnos::agent {
namespace {

using Names = std::vector<std::string>;

std::vector<std::string> warnings;
void warn(const std::string& problem) { warnings.push_back(problem); }

Settings read(const std::string& text) {
    Settings settings;
    warnings.clear();
    EXPECT_EQ(test::error_of(read_settings(settings, text, warn)), "no error");
    return settings;
}

std::string problem(const std::string& text) {
    Settings settings;
    return test::error_of(read_settings(settings, text, warn));
}

constexpr const char* kEverything =
    "[general]\n"
    "daemon=true\n"
    "method=unix-listen\n"
    "path=/run/x\n"
    "logfile=/var/log/x\n"
    "pidfile=/run/x.pid\n"
    "fsfreeze-hook=/etc/hook\n"
    "statedir=/state\n"
    "verbose=true\n"
    "retry-path=true\n"
    "block-rpcs=guest-ping,guest-info\n"
    "allow-rpcs=guest-sync\n";

TEST(Settings, EveryKeyIsReadAndWritten) {
    const Settings settings = read(kEverything);
    EXPECT_EQ(dump(settings), kEverything);
    EXPECT_EQ(warnings, Names());
}

TEST(Settings, WithoutAnyItPrintsQemuGasDefaults) {
    EXPECT_EQ(dump({}),
              "[general]\ndaemon=false\nmethod=virtio-serial\npidfile=/var/run/qemu-ga.pid\n"
              "statedir=/var/run\nverbose=false\nretry-path=false\nblock-rpcs=\nallow-rpcs=\n");
}

TEST(Settings, NamesStandBetweenCommasOrSemicolonsAndAreTrimmed) {
    const Names wanted = {"guest-ping", "guest-info", "guest-exec"};
    EXPECT_EQ(read("[general]\nblock-rpcs= guest-ping, guest-info ;guest-exec,;\n").block_rpcs,
              wanted);
}

TEST(Settings, ListsAddUp) {
    Settings settings = read("[general]\nblock-rpcs=guest-ping\n");
    EXPECT_TRUE(set(settings, "block-rpcs", "guest-info"));
    EXPECT_EQ(settings.block_rpcs, (Names{"guest-ping", "guest-info"}));
}

TEST(Settings, TheOldNameOfTheBlockListIsUnderstood) {
    EXPECT_EQ(read("[general]\nblacklist=guest-ping\n").block_rpcs, Names{"guest-ping"});
}

TEST(Settings, WhatIsUnknownIsWarnedOfAndChangesNothing) {
    EXPECT_EQ(dump(read("[general]\ndaemonize=1\n[other]\nx=1\n")), dump({}));
    EXPECT_EQ(warnings, (Names{"there is no key daemonize; it changes nothing",
                               "there is no group [other], only [general]"}));
}

TEST(Settings, AWrongBooleanIsAnError) {
    EXPECT_EQ(problem("[general]\nverbose=maybe\n"),
              "verbose= is 'maybe', but may be true, false, 1 or 0");
}

TEST(Settings, WhatIsNoKeyFileIsAnError) { EXPECT_NE(problem("verbose=true\n"), "no error"); }

}  // namespace
}  // namespace hypnos::agent
