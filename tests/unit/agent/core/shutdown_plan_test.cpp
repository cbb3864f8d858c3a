// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/shutdown_plan.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

std::vector<std::string> lines(ShutdownMode mode, bool systemd_runs) {
    std::vector<std::string> result;
    for (const std::vector<std::string>& program : shutdown_programs(mode, systemd_runs)) {
        result.emplace_back();
        for (const std::string& word : program)
            result.back() += (result.back().empty() ? "" : " ") + word;
    }
    return result;
}

TEST(ShutdownPlanTest, ModesAreQemuGas) {
    EXPECT_EQ(shutdown_mode(std::nullopt).value(), ShutdownMode::Powerdown);
    EXPECT_EQ(shutdown_mode("powerdown").value(), ShutdownMode::Powerdown);
    EXPECT_EQ(shutdown_mode("halt").value(), ShutdownMode::Halt);
    EXPECT_EQ(shutdown_mode("reboot").value(), ShutdownMode::Reboot);
    EXPECT_EQ(shutdown_mode("").error().message,
              "mode is invalid (valid values are: halt|powerdown|reboot");
}

TEST(ShutdownPlanTest, SystemdIsAskedFirstWhereItRuns) {
    EXPECT_EQ(lines(ShutdownMode::Powerdown, true),
              (std::vector<std::string>{
                  "/usr/bin/systemctl poweroff --no-block", "/bin/systemctl poweroff --no-block",
                  "/sbin/poweroff", "/usr/sbin/poweroff",
                  "/sbin/shutdown -h -P +0 hypervisor initiated shutdown",
                  "/usr/sbin/shutdown -h -P +0 hypervisor initiated shutdown"}));
}

TEST(ShutdownPlanTest, ElseTheProgramsOfAnyInit) {
    EXPECT_EQ(
        lines(ShutdownMode::Halt, false),
        (std::vector<std::string>{"/sbin/halt", "/usr/sbin/halt",
                                  "/sbin/shutdown -h -H +0 hypervisor initiated shutdown",
                                  "/usr/sbin/shutdown -h -H +0 hypervisor initiated shutdown"}));
    EXPECT_EQ(
        lines(ShutdownMode::Reboot, false),
        (std::vector<std::string>{"/sbin/reboot", "/usr/sbin/reboot",
                                  "/sbin/shutdown -h -r +0 hypervisor initiated shutdown",
                                  "/usr/sbin/shutdown -h -r +0 hypervisor initiated shutdown"}));
}

}  // namespace
}  // namespace hypnos::agent
