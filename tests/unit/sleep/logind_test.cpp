// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/bus/logind.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <future>
#include <optional>

#include "sleep/system/bus/block_inhibitors.hpp"
#include "tests/support/fake_logind.hpp"
#include "tests/support/main_loop.hpp"

namespace hypnos::sleep {
namespace {

using test::poll_until;

constexpr const char* kInhibit =
    "Inhibit('sleep', 'hypnos-agent', 'prepares applications for sleep', 'delay')";

class LogindTest : public testing::Test {
  protected:
    void start_bus() { bus_.emplace(temp_); }
    void start_fake() { fake_.emplace(*bus_); }
    void start_all() {
        start_bus();
        start_fake();
        logind_.start();
        ASSERT_TRUE(inhibited());
    }
    bool inhibited() {
        return poll_until([this] { return fake_->inhibited(); });
    }
    bool released() {
        return poll_until([this] { return !fake_->inhibited(); });
    }
    bool heard(const std::vector<std::string>& calls) {
        return poll_until([this, &calls] { return calls_.size() >= calls.size(); }) &&
               calls_ == calls;
    }

    test::TempRoot temp_;
    std::optional<test::PrivateBus> bus_;
    std::optional<test::FakeLogind> fake_;
    std::vector<std::string> calls_;
    std::string error_;
    Logind logind_{temp_.root(),
                   {"hypnos-agent", "prepares applications for sleep"},
                   {.preparing = [this](SleepMode mode) { calls_.emplace_back(name_of(mode)); },
                    .over = [this] { calls_.emplace_back("over"); }}};
    const std::function<void(const std::string&)> failed_ = [this](const std::string& error) {
        error_ = error;
    };
};

TEST_F(LogindTest, HoldsADelayInhibitorFromTheStart) {
    start_all();
    EXPECT_EQ(fake_->calls, std::vector<std::string>{kInhibit});
}

TEST_F(LogindTest, HoldsTheSleepKeysOfEachLogind) {
    const std::string take =
        "Inhibit('handle-suspend-key:handle-hibernate-key', 'hypnos-agent', 'hears the sleep "
        "button itself', 'block')";
    logind_.take_sleep_keys();
    start_bus();
    start_fake();
    logind_.start();
    for (int starts = 0; starts < 2; ++starts) {
        ASSERT_TRUE(poll_until([this] { return fake_->calls.size() == 2 && fake_->inhibited(); }));
        EXPECT_EQ(fake_->calls, (std::vector<std::string>{kInhibit, take}));
        fake_.reset();
        start_fake();
    }
}

TEST_F(LogindTest, ASleepWaitsUntilItIsReleased) {
    start_all();
    fake_->prepare_for_sleep(true);
    ASSERT_TRUE(heard({"ram"}));
    EXPECT_TRUE(fake_->inhibited());
    logind_.release();
    EXPECT_TRUE(released());
}

TEST_F(LogindTest, AfterTheSleepItInhibitsAgain) {
    start_all();
    fake_->prepare_for_sleep(true);
    ASSERT_TRUE(heard({"ram"}));
    logind_.release();
    ASSERT_TRUE(released());
    fake_->prepare_for_sleep(false);
    EXPECT_TRUE(heard({"ram", "over"}));
    EXPECT_TRUE(inhibited());
}

TEST_F(LogindTest, ASleepCalledOffBeforeTheReleaseIsOver) {
    start_all();
    fake_->prepare_for_sleep(true);
    fake_->prepare_for_sleep(false);
    EXPECT_TRUE(heard({"ram", "over"}));
    EXPECT_TRUE(inhibited());
}

TEST_F(LogindTest, LogindMayComeLater) {
    start_bus();
    logind_.start();
    test::run_until_quiet();
    start_fake();
    EXPECT_TRUE(inhibited());
}

TEST_F(LogindTest, TheBusMayComeLater) {
    logind_.start();
    test::run_until_quiet();
    start_bus();
    start_fake();
    EXPECT_TRUE(inhibited());
}

TEST_F(LogindTest, TheSocketMayBeThereBeforeAnybodyListens) {
    temp_.make_directory("/run/dbus");
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    bus_socket(temp_.root()).copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    logind_.start();
    test::run_until_quiet();
    ASSERT_EQ(listen(socket.get(), 1), 0);
    UniqueFd peer;
    EXPECT_TRUE(poll_until([&socket, &peer] {
        if (!peer) peer = UniqueFd(accept(socket.get(), nullptr, nullptr));
        return static_cast<bool>(peer);
    }));
}

TEST_F(LogindTest, ItSurvivesARestartOfLogind) {
    start_all();
    fake_.reset();
    start_fake();
    EXPECT_TRUE(inhibited());
    fake_->prepare_for_sleep(true);
    EXPECT_TRUE(heard({"ram"}));
}

TEST_F(LogindTest, ItSurvivesARestartOfTheBus) {
    start_all();
    fake_.reset();
    bus_->stop();
    bus_->start();
    start_fake();
    EXPECT_TRUE(inhibited());
}

TEST_F(LogindTest, AnAnnouncedSleepIsOverWhenLogindIsGone) {
    start_all();
    fake_->prepare_for_sleep(true);
    ASSERT_TRUE(heard({"ram"}));
    fake_.reset();
    EXPECT_TRUE(heard({"ram", "over"}));
}

TEST_F(LogindTest, WithoutABusNothingHappens) {
    logind_.start();
    logind_.release();
    test::run_until_quiet();
    EXPECT_TRUE(calls_.empty());
}

TEST_F(LogindTest, ASleepOfOursIsAnnouncedWithItsMode) {
    start_all();
    logind_.suspend(SleepMode::Disk, failed_);
    ASSERT_TRUE(poll_until([this] { return fake_->calls.size() == 2; }));
    EXPECT_EQ(fake_->calls.back(), "Hibernate(false,)");
    fake_->prepare_for_sleep(true);
    EXPECT_TRUE(heard({"disk"}));
    fake_->prepare_for_sleep(false);
    fake_->prepare_for_sleep(true);
    EXPECT_TRUE(heard({"disk", "over", "ram"})) << "the next one is somebody else's";
    EXPECT_EQ(error_, "");
}

TEST_F(LogindTest, EachModeHasItsMethod) {
    start_all();
    logind_.suspend(SleepMode::Ram, failed_);
    logind_.suspend(SleepMode::Hybrid, failed_);
    EXPECT_TRUE(poll_until([this] { return fake_->calls.size() == 3; }));
    EXPECT_EQ(fake_->calls,
              (std::vector<std::string>{kInhibit, "Suspend(false,)", "HybridSleep(false,)"}));
}

TEST_F(LogindTest, ARefusalIsToldInLogindsWords) {
    start_all();
    fake_->refusal = "Sleep verb \"hibernate\" not supported";
    logind_.suspend(SleepMode::Disk, failed_);
    ASSERT_TRUE(poll_until([this] { return !error_.empty(); }));
    EXPECT_EQ(error_, "Sleep verb \"hibernate\" not supported");
    fake_->prepare_for_sleep(true);
    EXPECT_TRUE(heard({"ram"})) << "a mode that was refused is not somebody else's";
}

TEST_F(LogindTest, WithoutABusItSaysSo) {
    logind_.start();
    logind_.suspend(SleepMode::Ram, failed_);
    EXPECT_EQ(error_, "") << "not from inside the call";
    ASSERT_TRUE(poll_until([this] { return !error_.empty(); }));
    EXPECT_EQ(error_, "there is no system bus to reach systemd-logind; is dbus running?");
}

TEST_F(LogindTest, WithoutLogindItSaysSo) {
    start_bus();
    logind_.start();
    ASSERT_TRUE(poll_until([this] {
        error_.clear();
        logind_.suspend(SleepMode::Ram, failed_);
        return poll_until([this] { return !error_.empty(); }) &&
               error_.find("org.freedesktop.login1") != std::string::npos;
    }));
}

class BlockInhibitorsTest : public LogindTest {
  protected:
    /// Asked on another thread, as this one serves the fake.
    std::vector<Inhibitor> ask() {
        auto answer = std::async(std::launch::async,
                                 [root = temp_.root()] { return block_inhibitors(root); });
        EXPECT_TRUE(poll_until([&answer] {
            return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        }));
        return answer.get();
    }
};

TEST_F(BlockInhibitorsTest, OnlyBlocksOfSleepCount) {
    start_bus();
    start_fake();
    fake_->inhibitors =
        "[('shutdown:sleep', 'dpkg', 'upgrade', 'block', uint32 0, uint32 41),"
        " ('sleep', 'player', 'film', 'block-weak', 1000, 42),"
        " ('sleep', 'NetworkManager', 'needs to know', 'delay', 0, 43),"
        " ('handle-lid-switch', 'desktop', 'mine', 'block', 0, 44)]";
    const std::vector<Inhibitor> found = ask();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].who + "/" + found[0].why, "dpkg/upgrade");
    EXPECT_EQ(found[0].pid, 41);
    EXPECT_EQ(found[1].who + "/" + found[1].why, "player/film");
    EXPECT_EQ(found[1].pid, 42);
}

TEST_F(BlockInhibitorsTest, NobodyIsNone) {
    EXPECT_TRUE(ask().empty()) << "no bus";
    start_bus();
    EXPECT_TRUE(ask().empty()) << "no logind";
    start_fake();
    EXPECT_TRUE(ask().empty()) << "no inhibitor";
    EXPECT_EQ(fake_->calls.size(), 1U);
}

TEST_F(BlockInhibitorsTest, ABusThatHangsIsGivenUp) {
    start_bus();
    bus_->freeze();
    const gint64 begin = g_get_monotonic_time();
    EXPECT_TRUE(ask().empty());
    EXPECT_LT(g_get_monotonic_time() - begin, 5 * G_USEC_PER_SEC);
    bus_->thaw();
}

TEST_F(BlockInhibitorsTest, ALogindThatHangsIsGivenUp) {
    start_bus();
    start_fake();
    EXPECT_TRUE(block_inhibitors(temp_.root()).empty()) << "nobody turns the fake's loop";
}

}  // namespace
}  // namespace hypnos::sleep
