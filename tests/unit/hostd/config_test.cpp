// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "config.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_root.hpp"

namespace hypnos::hostd {
namespace {

using namespace std::chrono_literals;

class HostdConfig : public testing::Test {
  protected:
    Result<Config> with(const std::string& text) {
        temp_.write("/etc/hypnos/hostd.conf", text);
        return read_config(temp_.root());
    }
    std::string error(const std::string& text) {
        const Result<Config> config = with(text);
        return config ? "none" : config.error().message;
    }
    test::TempRoot temp_;
};

TEST_F(HostdConfig, WithoutAFileHasDefaults) {
    const Result<Config> config = read_config(temp_.root());
    ASSERT_TRUE(config);
    EXPECT_EQ(config->delay, 1s);
    EXPECT_EQ(config->deadline, 60s);
    EXPECT_TRUE(config->refuse_on_failure);
    EXPECT_EQ(config->policy_of("any"), Policy::SuspendRam);
}

TEST_F(HostdConfig, ReadsEveryKey) {
    const Result<Config> config = with(R"([Sleep]
Backend=sysfs
Delay=3
[Guests]
OnHostSleep=pause
Deadline=90
OnFailure=continue
Connect=qemu:///system; lxc:///
[Guest db]
OnHostSleep=suspend-disk
[WakeOnLan]
Port=9
)");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->backend, HostBackend::Sysfs);
    EXPECT_EQ(config->delay, 3s);
    EXPECT_EQ(config->deadline, 90s);
    EXPECT_FALSE(config->refuse_on_failure);
    EXPECT_EQ(config->connect, (std::vector<std::string>{"qemu:///system", "lxc:///"}));
    EXPECT_EQ(config->policy_of("db"), Policy::SuspendDisk);
    EXPECT_EQ(config->policy_of("web"), Policy::Pause);
    EXPECT_EQ(config->wake_on_lan_port, 9);
}

TEST_F(HostdConfig, LaterFilesWin) {
    temp_.write("/usr/lib/hypnos/hostd.conf", "[Sleep]\nDelay=5\n[Guests]\nDeadline=5\n");
    temp_.write("/etc/hypnos/hostd.conf.d/10.conf", "[Guests]\nDeadline=7\n");
    const Result<Config> config = with("[Sleep]\nDelay=6\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->delay, 6s);
    EXPECT_EQ(config->deadline, 7s);
}

TEST_F(HostdConfig, WhatIsWrongIsNamedWithWhatMayStand) {
    EXPECT_NE(error("[Sleep]\nDely=5\n").find("did you mean 'Delay'"), std::string::npos);
    EXPECT_NE(error("[Slep]\nDelay=5\n").find("there is no group [Slep]"), std::string::npos);
    EXPECT_NE(error("[Sleep]\nDelay=-1\n").find("from 0 to 3600"), std::string::npos);
    EXPECT_NE(error("[Guests]\nOnHostSleep=sleep\n").find("suspend-ram"), std::string::npos);
    EXPECT_NE(error("[WakeOnLan]\nPort=65536\n").find("65535"), std::string::npos);
    EXPECT_NE(error("[Guest]\nOnHostSleep=leave\n").find("there is no group [Guest]"),
              std::string::npos);
    EXPECT_NE(error("[Sleep]\nDelay=x\n").find("hostd.conf"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::hostd
