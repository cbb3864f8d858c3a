// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/config.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

class ConfigTest : public testing::Test {
  protected:
    [[nodiscard]] Config config() const {
        const Result<Config> result = read_config(temp_.root());
        EXPECT_TRUE(result) << (result ? "" : result.error().message);
        return result.value_or(Config{});
    }
    /// The message without the temporary directory.
    [[nodiscard]] std::string error() const {
        const Result<Config> result = read_config(temp_.root());
        if (result) return "no error";
        std::string message = result.error().message;
        const std::size_t at = message.find(temp_.directory());
        return at == std::string::npos ? message : message.erase(at, temp_.directory().size());
    }

    test::TempRoot temp_;
};

TEST_F(ConfigTest, DefaultsWithoutAnyFile) {
    const Config config = this->config();
    EXPECT_EQ(config.backend, Backend::Sysfs);
    EXPECT_TRUE(config.system_sleep_hooks);
    EXPECT_FALSE(config.fsfreeze_hooks);
    EXPECT_TRUE(config.set_clock);
    EXPECT_TRUE(config.reseed);
    EXPECT_TRUE(config.nudge_network);
    EXPECT_EQ(config.thaw_after, std::chrono::minutes(10));
    EXPECT_EQ(config.swap_off_limit, std::chrono::minutes(5));
    EXPECT_TRUE(config.exec && config.file && config.password && config.ssh_keys);
}

TEST_F(ConfigTest, AShellForTheHostCanBeTurnedOff) {
    temp_.write("/usr/lib/hypnos/agent.conf",
                "[Commands]\nExec=no\nFile=no\nPassword=no\nSshKeys=no\n");
    temp_.write("/etc/hypnos/agent.conf", "[Commands]\nFile=yes\n[Freeze]\nThawAfter=30\n");
    const Config config = this->config();
    EXPECT_FALSE(config.exec || config.password || config.ssh_keys);
    EXPECT_TRUE(config.file);
    EXPECT_EQ(config.thaw_after, std::chrono::seconds(30));
}

TEST_F(ConfigTest, TheButtonIsIgnoredUnlessItIsSaidWhatItDoes) {
    EXPECT_FALSE(config().button_sleep);
    temp_.write("/usr/lib/hypnos/agent.conf",
                "[Button]\nSleep=disk\nDebounce=60\nAttempts=5\nRetryAfter=20\nKeyboards=yes\n");
    const Config config = this->config();
    EXPECT_EQ(config.button_sleep, SleepMode::Disk);
    EXPECT_EQ(config.button_debounce, std::chrono::minutes(1));
    EXPECT_EQ(config.button_attempts, 5);
    EXPECT_EQ(config.button_retry_after, std::chrono::seconds(20));
    EXPECT_TRUE(config.button_keyboards);
    temp_.write("/etc/hypnos/agent.conf", "[Button]\nSleep=ignore\n");
    EXPECT_FALSE(this->config().button_sleep);
}

TEST_F(ConfigTest, WhatTheButtonMayDo) {
    const std::string file = "/etc/hypnos/agent.conf";
    temp_.write(file, "[Button]\nSleep=mem\n");
    EXPECT_EQ(error(), file + ": [Button] Sleep= is 'mem', but may be ignore, ram, disk or hybrid");
    for (const char* number : {"0", "101", "often"}) {
        temp_.write(file, std::string("[Button]\nAttempts=") + number + "\n");
        EXPECT_EQ(error(),
                  file + ": [Button] Attempts= is '" + number + "', but may be from 1 to 100");
    }
}

TEST_F(ConfigTest, AThawHasToComeSometime) {
    for (const char* word : {"0", "-1", "never", "86401", "10 min"}) {
        temp_.write("/etc/hypnos/agent.conf", std::string("[Freeze]\nThawAfter=") + word + "\n");
        EXPECT_EQ(error(), std::string("/etc/hypnos/agent.conf: [Freeze] ThawAfter= is '") + word +
                               "', but may be from 1 to 86400 seconds");
    }
}

TEST_F(ConfigTest, EveryKeyIsRead) {
    temp_.write("/etc/hypnos/agent.conf",
                "[Sleep]\nBackend=logind\nSystemSleepHooks=no\nFsfreezeHooks=yes\n"
                "SwapOffLimit=20\n"
                "[Resume]\nClock=off\nReseed=0\nNetwork=false\n");
    const Config config = this->config();
    EXPECT_EQ(config.backend, Backend::Logind);
    EXPECT_FALSE(config.system_sleep_hooks);
    EXPECT_TRUE(config.fsfreeze_hooks);
    EXPECT_EQ(config.swap_off_limit, std::chrono::seconds(20));
    EXPECT_FALSE(config.set_clock);
    EXPECT_FALSE(config.reseed);
    EXPECT_FALSE(config.nudge_network);
}

TEST_F(ConfigTest, EveryWordForYesAndNo) {
    for (const char* word : {"yes", "true", "on", "1"}) {
        temp_.write("/etc/hypnos/agent.conf", std::string("[Sleep]\nFsfreezeHooks=") + word);
        EXPECT_TRUE(config().fsfreeze_hooks) << word;
    }
    for (const char* word : {"no", "false", "off", "0"}) {
        temp_.write("/etc/hypnos/agent.conf", std::string("[Resume]\nClock = ") + word + " \n");
        EXPECT_FALSE(config().set_clock) << word;
    }
}

TEST_F(ConfigTest, LaterFilesReplaceSingleKeys) {
    temp_.write("/usr/lib/hypnos/agent.conf", "[Resume]\nClock=no\nReseed=no\nNetwork=no\n");
    temp_.write("/usr/lib/hypnos/agent.conf.d/10-image.conf", "[Resume]\nClock=yes\n");
    temp_.write("/etc/hypnos/agent.conf", "[Resume]\nReseed=yes\nClock=no\n");
    temp_.write("/etc/hypnos/agent.conf.d/20-b.conf", "[Resume]\nReseed=no\n");
    temp_.write("/etc/hypnos/agent.conf.d/10-a.conf", "[Resume]\nReseed=yes\n");
    const Config config = this->config();
    EXPECT_FALSE(config.set_clock) << "/etc/hypnos/agent.conf comes after /usr/lib's drop-ins";
    EXPECT_FALSE(config.reseed) << "drop-ins come after the file, by name";
    EXPECT_FALSE(config.nudge_network) << "a key of the first file stays";
}

TEST_F(ConfigTest, ADropInHidesItsNameInUsrLib) {
    temp_.write("/usr/lib/hypnos/agent.conf.d/image.conf", "[Resume]\nClock=no\nReseed=no\n");
    temp_.write("/etc/hypnos/agent.conf.d/image.conf", "[Resume]\nReseed=no\n");
    EXPECT_TRUE(config().set_clock);
    EXPECT_FALSE(config().reseed);
}

TEST_F(ConfigTest, EmptyFilesAndLinksToNullMask) {
    temp_.write("/usr/lib/hypnos/agent.conf.d/a.conf", "[Resume]\nClock=no\n");
    temp_.write("/usr/lib/hypnos/agent.conf.d/b.conf", "[Resume]\nReseed=no\n");
    temp_.write("/etc/hypnos/agent.conf.d/a.conf", "");
    temp_.link("/etc/hypnos/agent.conf.d/b.conf", "/dev/null");
    EXPECT_TRUE(config().set_clock);
    EXPECT_TRUE(config().reseed);
}

TEST_F(ConfigTest, OnlyNamesThatEndInConfAreRead) {
    temp_.write("/etc/hypnos/agent.conf.d/a.conf.dpkg-old", "[Resume]\nClock=no\n");
    temp_.write("/etc/hypnos/agent.conf.d/README", "hello");
    EXPECT_TRUE(config().set_clock);
}

TEST_F(ConfigTest, CommentsAndBlankLinesAreNothing) {
    temp_.write("/etc/hypnos/agent.conf", "# hello\n\n[Resume]\n#Clock=no\n");
    EXPECT_TRUE(config().set_clock);
}

TEST_F(ConfigTest, AWrongFlagSaysWhatMayStand) {
    temp_.write("/etc/hypnos/agent.conf.d/a.conf", "[Resume]\nClock=maybe\n");
    EXPECT_EQ(error(),
              "/etc/hypnos/agent.conf.d/a.conf: [Resume] Clock= is 'maybe', but may be yes, true, "
              "on, 1 or no, false, off, 0");
}

TEST_F(ConfigTest, AWrongBackendSaysWhatMayStand) {
    temp_.write("/usr/lib/hypnos/agent.conf", "[Sleep]\nBackend=systemd\n");
    EXPECT_EQ(error(),
              "/usr/lib/hypnos/agent.conf: [Sleep] Backend= is 'systemd', but may be sysfs or "
              "logind");
}

TEST_F(ConfigTest, AnUnknownKeySaysWhichThereAre) {
    temp_.write("/etc/hypnos/agent.conf", "[Sleep]\nClock=yes\n");
    EXPECT_EQ(error(),
              "/etc/hypnos/agent.conf: [Sleep] has no key Clock; it has Backend, "
              "SystemSleepHooks, FsfreezeHooks, SwapOffLimit");
}

TEST_F(ConfigTest, AnUnknownGroupSaysWhichThereAre) {
    temp_.write("/etc/hypnos/agent.conf", "[general]\n");
    EXPECT_EQ(error(),
              "/etc/hypnos/agent.conf: there is no group [general]; there are [Sleep], [Freeze], "
              "[Button], [Commands] and [Resume]");
}

TEST_F(ConfigTest, WhatIsNoKeyFileIsRefusedWithItsName) {
    temp_.write("/etc/hypnos/agent.conf", "Backend\n");
    EXPECT_TRUE(error().starts_with("/etc/hypnos/agent.conf: Key file contains line")) << error();
}

TEST_F(ConfigTest, ADirectoryIsNoFile) {
    temp_.make_directory("/etc/hypnos/agent.conf");
    EXPECT_EQ(error(), "cannot read /etc/hypnos/agent.conf: is it a file?");
}

}  // namespace
}  // namespace hypnos::agent
