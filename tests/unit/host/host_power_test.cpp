// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/host_power.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "host/sleep_lock.hpp"
#include "host/sleep_store.hpp"
#include "sleep/system/bus/logind.hpp"
#include "tests/support/fake_logind.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos {
namespace {

using namespace std::chrono_literals;
using State = HostSleep::State;

constexpr const char* kAlarm = "/sys/class/rtc/rtc0/wakealarm";
constexpr std::int64_t kRtcNow = 1'700'000'000;
constexpr const char* kBootId = "11111111-2222-3333-4444-555555555555";

/// A host that takes every write and never sleeps.
class HostPowerTest : public testing::Test {
  protected:
    HostPowerTest() {
        temp_.write("/sys/power/state", "freeze mem disk\n");
        temp_.write("/sys/power/mem_sleep", "s2idle [deep]\n");
        temp_.write("/sys/power/disk", "[platform] shutdown reboot suspend\n");
        temp_.write("/sys/power/suspend_stats/success", "4\n");
        temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(kRtcNow) + "\n");
        temp_.write("/sys/class/rtc/rtc0/device/power/wakeup", "enabled\n");
        temp_.write(kAlarm, "");
        temp_.write("/proc/sys/kernel/random/boot_id", std::string(kBootId) + "\n");
    }

    HostPower::Handlers noting() {
        return {.changed = [this](const HostSleep& sleep) { seen_.push_back(sleep); },
                .prepare =
                    [this](const HostSleep&, const auto& go) {
                        if (prepared_) return go(*prepared_);
                        go_ = go;
                    },
                .hurry = [this] { ++hurried_; },
                .restore =
                    [this](const HostSleep&, const auto& done) {
                        ++restored_;
                        done();
                    }};
    }

    HostPower make(HostBackend backend = HostBackend::Sysfs) {
        return HostPower({.root = temp_.directory(), .backend = backend}, noting());
    }

    /// The answer to a request: an operation's id.
    Result<std::string> ask(HostPower& power, const HostSuspendOptions& options) {
        std::optional<Result<std::string>> answer;
        power.suspend(options, [&](Result<std::string> given) {
            answer = std::move(given);
            answered_first_ = seen_.empty();
        });
        if (!test::run_until([&] { return answer.has_value(); })) return fail("no answer");
        return *answer;
    }

    [[nodiscard]] std::vector<State> states() const {
        std::vector<State> result;
        for (const HostSleep& sleep : seen_) result.push_back(sleep.state);
        return result;
    }

    [[nodiscard]] bool ended() const {
        return !seen_.empty() && seen_.back().state == State::Ended;
    }
    [[nodiscard]] bool is_in(State state) const {
        return !seen_.empty() && seen_.back().state == state;
    }

    test::TempRoot temp_;
    std::vector<HostSleep> seen_;
    std::optional<Result<void>> prepared_ = Result<void>();
    std::function<void(Result<void>)> go_;
    int hurried_ = 0, restored_ = 0;
    bool answered_first_ = false;
};

TEST_F(HostPowerTest, ASleepPassesAllStatesAndIsRemembered) {
    HostPower power = make();
    const Result<std::string> operation = ask(power, {.wake_after = 60s});
    ASSERT_TRUE(operation) << operation.error().message;
    EXPECT_TRUE(answered_first_);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(states(), (std::vector{State::Waiting, State::Preparing, State::Entering,
                                     State::Restoring, State::Ended}));
    EXPECT_EQ(temp_.read("/sys/power/state"), "mem");
    EXPECT_EQ(restored_, 1);
    const HostStatus status = power.status();
    EXPECT_FALSE(status.current);
    ASSERT_TRUE(status.last);
    EXPECT_EQ(status.last->operation, *operation);
    EXPECT_EQ(status.last->outcome, Outcome::Failed) << "nothing slept here";
    EXPECT_NE(status.last->text.find("without having slept"), std::string::npos);
}

TEST_F(HostPowerTest, TheAlarmIsSetRightBeforeTheSleepAndGoneAfterIt) {
    prepared_.reset();
    HostPower power = make();
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    ASSERT_TRUE(test::run_until([&] { return static_cast<bool>(go_); }));
    EXPECT_EQ(temp_.read(kAlarm), "");
    go_({});
    const auto at = std::to_string(kRtcNow + 61);
    EXPECT_EQ(temp_.read(kAlarm), at);
    EXPECT_EQ(seen_.back().alarm, kRtcNow + 61);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(temp_.read(kAlarm), "0");
}

TEST_F(HostPowerTest, ALaterAlarmOfAnotherProgramIsPutBack) {
    temp_.write(kAlarm, std::to_string(kRtcNow + 3600) + "\n");
    HostPower power = make();
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    ASSERT_TRUE(test::run_until([&] { return is_in(State::Entering); }));
    EXPECT_EQ(seen_.back().kept_alarm, kRtcNow + 3600);
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 61));
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 3600));
}

TEST_F(HostPowerTest, AnEarlierAlarmOfAnotherProgramIsLeftAlone) {
    const std::string theirs = std::to_string(kRtcNow + 30) + "\n";
    temp_.write(kAlarm, theirs);
    HostPower power = make();
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(temp_.read(kAlarm), theirs);
    EXPECT_FALSE(seen_.back().alarm);
}

TEST_F(HostPowerTest, LessThanAMinuteIsRefusedUnlessAllowed) {
    HostPower power = make();
    const Result<std::string> refused = ask(power, {.wake_after = 59s});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Refused);
    EXPECT_NE(refused.error().message.find("at least 60 s"), std::string::npos);
    EXPECT_TRUE(ask(power, {.wake_after = 20s, .allow_short = true}));
}

TEST_F(HostPowerTest, AnRtcThatMayNotWakeTheHostIsARefusal) {
    temp_.write("/sys/class/rtc/rtc0/device/power/wakeup", "disabled\n");
    HostPower power = make();
    const Result<std::string> refused = ask(power, {.wake_after = 60s});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("write 'enabled' there"), std::string::npos);
    EXPECT_FALSE(power.status().current);
    EXPECT_TRUE(ask(power, {})) << "it needs none without an alarm";
}

TEST_F(HostPowerTest, WhatPreflightFindsIsARefusalThatNamesIt) {
    HostPower power = make();
    const Result<std::string> refused = ask(power, {.target = HostTarget::Disk});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("swap.none"), std::string::npos);
}

TEST_F(HostPowerTest, ASecondRequestIsRefusedAndToldOfTheFirst) {
    prepared_.reset();
    HostPower power = make();
    const Result<std::string> first = ask(power, {});
    ASSERT_TRUE(first);
    const Result<std::string> second = ask(power, {});
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message.find(*first), std::string::npos);
}

TEST_F(HostPowerTest, AnotherProcessThatHoldsTheLockIsARefusal) {
    const Result<SleepLock> theirs = SleepLock::take(temp_.root());
    ASSERT_TRUE(theirs);
    theirs->note("their-operation");
    HostPower power = make();
    const Result<std::string> refused = ask(power, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Refused);
    EXPECT_NE(refused.error().message.find("their-operation"), std::string::npos);
}

TEST_F(HostPowerTest, CancelWhileItWaitsEndsItAtOnce) {
    HostPower power = make();
    const Result<std::string> operation = ask(power, {.wake_after = 60s, .delay = 1h});
    ASSERT_TRUE(operation);
    EXPECT_FALSE(power.cancel("another"));
    ASSERT_TRUE(power.cancel(*operation));
    EXPECT_TRUE(ended());
    EXPECT_EQ(power.status().last->outcome, Outcome::Cancelled);
    EXPECT_EQ(restored_, 0) << "nothing was prepared";
    EXPECT_EQ(temp_.read("/sys/power/state"), "freeze mem disk\n");
}

TEST_F(HostPowerTest, CancelWhileGuestsGoToSleepHurriesThemAndWakesThem) {
    prepared_.reset();
    HostPower power = make();
    ASSERT_TRUE(ask(power, {}));
    ASSERT_TRUE(test::run_until([&] { return static_cast<bool>(go_); }));
    ASSERT_TRUE(power.cancel(""));
    EXPECT_EQ(hurried_, 1);
    go_({});
    EXPECT_TRUE(ended());
    EXPECT_EQ(power.status().last->outcome, Outcome::Cancelled);
    EXPECT_EQ(restored_, 1);
    EXPECT_EQ(temp_.read("/sys/power/state"), "freeze mem disk\n");
}

TEST_F(HostPowerTest, GuestsThatDoNotSleepRefuseIt) {
    prepared_ = fail("db did not go to sleep");
    HostPower power = make();
    ASSERT_TRUE(ask(power, {}));
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(power.status().last->outcome, Outcome::Refused);
    EXPECT_EQ(power.status().last->text, "db did not go to sleep");
    EXPECT_EQ(restored_, 1);
}

TEST_F(HostPowerTest, AnAlarmThatWouldRingTooSoonAfterSlowGuestsIsARefusal) {
    prepared_.reset();
    HostPower power = make();
    ASSERT_TRUE(ask(power, {.wake_after = 5s, .allow_short = true}));
    ASSERT_TRUE(test::run_until([&] { return static_cast<bool>(go_); }));
    go_({});
    EXPECT_EQ(power.status().last->outcome, Outcome::Refused);
    EXPECT_EQ(temp_.read(kAlarm), "");
}

// A process that died.

class HostPowerLeftover : public HostPowerTest {
  protected:
    void leave(State state, const std::string& boot_id, HostTarget target = HostTarget::Mem) {
        HostSleep sleep{.operation = "left", .state = state, .target = target};
        sleep.backend = HostBackend::Sysfs;
        sleep.alarm = kRtcNow + 60;
        sleep.kept_alarm = kRtcNow + 3600;
        const SleepStore store(temp_.root());
        ASSERT_TRUE(store.save({sleep, boot_id, sleep::Baseline{0us, 4, -1}, ""}));
        temp_.write(kAlarm, std::to_string(kRtcNow + 60) + "\n");
    }

    Outcome outcome_of_leftover() {
        HostPower power = make();
        power.watch_others();
        EXPECT_TRUE(test::run_until([&] { return ended(); }));
        EXPECT_EQ(restored_, 1);
        EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 3600));
        EXPECT_FALSE(power.status().current);
        return power.status().last->outcome;
    }
};

TEST_F(HostPowerLeftover, BeforeTheSleepIsCancelled) {
    leave(State::Preparing, kBootId);
    EXPECT_EQ(outcome_of_leftover(), Outcome::Cancelled);
}

TEST_F(HostPowerLeftover, OfASleepThatWasNoneIsFailed) {
    leave(State::Entering, kBootId);
    EXPECT_EQ(outcome_of_leftover(), Outcome::Failed);
}

TEST_F(HostPowerLeftover, OfASleepThatTheKernelCountedIsSlept) {
    leave(State::Entering, kBootId);
    temp_.write("/sys/power/suspend_stats/success", "5\n");
    EXPECT_EQ(outcome_of_leftover(), Outcome::Slept);
}

TEST_F(HostPowerLeftover, OfAnotherBootHasLostItsImage) {
    leave(State::Entering, "another", HostTarget::Disk);
    EXPECT_EQ(outcome_of_leftover(), Outcome::ImageLost);
}

TEST_F(HostPowerLeftover, OfAnotherBootInRamIsFailed) {
    leave(State::Entering, "another");
    EXPECT_EQ(outcome_of_leftover(), Outcome::Failed);
}

// With logind.

class HostPowerLogind : public HostPowerTest {
  protected:
    test::PrivateBus bus_{temp_};
    test::FakeLogind logind_{bus_};

    /// Waits until Suspend has been called.
    void wait_for_call(const std::string& method) {
        ASSERT_TRUE(test::run_until(
            [&] { return !logind_.calls.empty() && logind_.calls.back().starts_with(method); }));
    }
    void count_a_sleep() { temp_.write("/sys/power/suspend_stats/success", "5\n"); }
};

TEST_F(HostPowerLogind, IsAskedOnceAndHeldUpUntilTheAlarmIsLooked) {
    HostPower power = make(HostBackend::Auto);
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    wait_for_call("Suspend");
    EXPECT_EQ(logind_.calls.back(), "Suspend(false,)");
    EXPECT_TRUE(logind_.inhibited());
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return !logind_.inhibited(); }));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 61));
    count_a_sleep();
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(kRtcNow + 61));
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(seen_.back().outcome, Outcome::Slept);
    EXPECT_EQ(seen_.back().woken_by, HostSleep::WokenBy::Alarm);
    EXPECT_EQ(temp_.read("/sys/power/state"), "freeze mem disk\n") << "one backend only";
}

TEST_F(HostPowerLogind, OthersThatHeldItUpLongDoNotMakeTheAlarmTooNear) {
    HostPower power = make(HostBackend::Auto);
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    wait_for_call("Suspend");
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(kRtcNow + 58));
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return !logind_.inhibited(); }));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 58 + 61))
        << "60 s of CLOCK_BOOTTIME are left";
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(kRtcNow + 100));
    const std::string before = temp_.read(kAlarm);
    ASSERT_TRUE(test::run_until([&] { return temp_.read(kAlarm) != before; }))
        << "while it is held up";
    EXPECT_GE(power.status().current->alarm, kRtcNow + 100 + 25);
}

TEST_F(HostPowerLogind, AnAlarmOfOthersThatRingsTooSoonIsFollowedByOurs) {
    temp_.write(kAlarm, std::to_string(kRtcNow + 12) + "\n");
    HostPower power = make(HostBackend::Auto);
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    wait_for_call("Suspend");
    EXPECT_FALSE(seen_.back().alarm);
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(kRtcNow + 13));
    temp_.write(kAlarm, "");
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return !logind_.inhibited(); }));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 13 + 61));
}

TEST_F(HostPowerLogind, WhatLogindRefusesForItSleepsAlreadyIsThatSleep) {
    logind_.refusal = "an operation is in progress";
    HostPower power = make(HostBackend::Auto);
    power.watch_others();
    ASSERT_TRUE(test::run_until([&] { return logind_.inhibited(); }));
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    logind_.on_call = [&](const std::string& method) {
        if (method == "Suspend") logind_.prepare_for_sleep(true);  // before the answer
    };
    wait_for_call("Suspend");
    ASSERT_TRUE(test::run_until([&] { return !logind_.inhibited(); }));
    test::run_until_quiet();
    EXPECT_TRUE(is_in(State::Entering));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 61));
    count_a_sleep();
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(seen_.back().outcome, Outcome::Slept);
}

TEST_F(HostPowerLogind, SomebodyElsesSleepWhileARequestIsLookedAtRefusesIt) {
    prepared_.reset();
    HostPower power = make(HostBackend::Auto);
    power.watch_others();
    ASSERT_TRUE(test::run_until([&] { return logind_.inhibited(); }));
    std::optional<Result<std::string>> answer;
    power.suspend({.wake_after = 60s},
                  [&](Result<std::string> given) { answer = std::move(given); });
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return answer.has_value() && static_cast<bool>(go_); }));
    if (*answer) GTEST_FAIL() << "the request was the faster one";
    EXPECT_EQ(seen_.back().initiator, Initiator::Local);
    EXPECT_TRUE(logind_.inhibited());
}

TEST_F(HostPowerLogind, ALeftoverWhoseEndWasMissedEnds) {
    const HostSleep sleep{.operation = "left", .state = State::Entering};
    ASSERT_TRUE(SleepStore(temp_.root()).save({sleep, kBootId, sleep::Baseline{0us, 4, -1}, ""}));
    // Asked by a blocking call, this loop's logind cannot answer: as one that is busy.
    HostPower power = make(HostBackend::Auto);
    EXPECT_TRUE(power.watch_others());
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
}

TEST_F(HostPowerLogind, TwoWhoAskForCapabilitiesAreBothAnswered) {
    HostPower power = make(HostBackend::Auto);
    int answers = 0;
    for (int i = 0; i < 2; ++i) power.capabilities([&](const HostCapabilities&) { ++answers; });
    ASSERT_TRUE(test::run_until([&] { return answers == 2; }));
}

TEST_F(HostPowerLogind, WhatItRefusesHasFailed) {
    logind_.refusal = "no";
    HostPower power = make(HostBackend::Auto);
    ASSERT_TRUE(ask(power, {.wake_after = 60s}));
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(seen_.back().outcome, Outcome::Failed);
    EXPECT_EQ(seen_.back().text, "logind did not sleep: no");
    EXPECT_EQ(temp_.read(kAlarm), "0");
}

TEST_F(HostPowerLogind, ABlockInhibitorRefusesByNameUnlessForced) {
    logind_.inhibitors = "[('sleep', 'Backup', 'it runs', 'block', uint32 0, uint32 42)]";
    HostPower power = make(HostBackend::Auto);
    const Result<std::string> refused = ask(power, {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("Backup (pid 42): it runs"), std::string::npos);
    EXPECT_TRUE(ask(power, {.force = true}));
}

TEST_F(HostPowerLogind, WhatItCannotDoDoesNotWork) {
    logind_.can = "na";
    HostPower power = make(HostBackend::Auto);
    std::optional<HostCapabilities> capabilities;
    power.capabilities([&](const HostCapabilities& known) { capabilities = known; });
    ASSERT_TRUE(test::run_until([&] { return capabilities.has_value(); }));
    EXPECT_EQ(capabilities->backend, HostBackend::Logind);
    EXPECT_FALSE(capabilities->targets.front().works);
    EXPECT_EQ(capabilities_xml(*capabilities), "<power_management/>");
}

TEST_F(HostPowerLogind, SomebodyElsesSleepIsPreparedAndTold) {
    prepared_.reset();
    HostPower power = make(HostBackend::Auto);
    power.watch_others();
    ASSERT_TRUE(test::run_until([&] { return logind_.inhibited(); }));
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return static_cast<bool>(go_); }));
    EXPECT_EQ(seen_.back().initiator, Initiator::Local);
    EXPECT_FALSE(power.cancel(""));
    EXPECT_TRUE(logind_.inhibited());
    go_(fail("a guest runs on"));
    ASSERT_TRUE(test::run_until([&] { return !logind_.inhibited(); }));
    count_a_sleep();
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(power.status().last->outcome, Outcome::Slept);
    EXPECT_EQ(restored_, 1);
}

TEST_F(HostPowerLogind, ASleepThatDidNotWaitForThePreparedHurriesThem) {
    prepared_.reset();
    HostPower power = make(HostBackend::Auto);
    power.watch_others();
    ASSERT_TRUE(test::run_until([&] { return logind_.inhibited(); }));
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return static_cast<bool>(go_); }));
    count_a_sleep();
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return hurried_ == 1; }));
    go_({});
    EXPECT_EQ(power.status().last->outcome, Outcome::Slept);
}

TEST_F(HostPowerLogind, SomebodyElsesSleepOvertakesOursThatStillWaits) {
    HostPower power = make(HostBackend::Auto);
    ASSERT_TRUE(ask(power, {.wake_after = 60s, .delay = 1h}));
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return is_in(State::Entering); }));
    EXPECT_EQ(temp_.read(kAlarm), std::to_string(kRtcNow + 61));
    count_a_sleep();
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(power.status().last->outcome, Outcome::Slept);
    for (const std::string& call : logind_.calls) EXPECT_FALSE(call.starts_with("Suspend"));
}

TEST_F(HostPowerLogind, AnotherSleepWhileGuestsWakeIsASleepOfItsOwn) {
    HostPower::Handlers handlers = noting();
    handlers.restore = [this](const HostSleep&, const auto&) { ++restored_; };  // takes for ever
    HostPower power({.root = temp_.directory(), .backend = HostBackend::Auto}, handlers);
    power.watch_others();
    ASSERT_TRUE(test::run_until([&] { return logind_.inhibited(); }));
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return is_in(State::Entering); }));
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return restored_ == 1 && logind_.inhibited(); }));
    const std::string first = seen_.back().operation;
    logind_.prepare_for_sleep(true);
    ASSERT_TRUE(test::run_until([&] { return is_in(State::Entering); }));
    EXPECT_NE(seen_.back().operation, first);
    logind_.prepare_for_sleep(false);
    ASSERT_TRUE(test::run_until([&] { return restored_ == 2; }));
}

/// Serves a logind that is about to sleep from a thread of its own, for those who wait for its answer.
class BusyLogind {
  public:
    explicit BusyLogind(const test::PrivateBus& bus)
        : thread_([this, &bus] {
              g_main_context_push_thread_default(context_.get());
              {
                  test::FakeLogind logind(bus);
                  logind.preparing = true;
                  while (!over_) g_main_context_iteration(context_.get(), TRUE);
                  logind.prepare_for_sleep(false);
                  while (!end_) g_main_context_iteration(context_.get(), TRUE);
              }
              g_main_context_pop_thread_default(context_.get());
          }) {}
    ~BusyLogind() {
        set(over_);
        set(end_);
        thread_.join();
    }
    void prepare_for_sleep_is_over() { set(over_); }

  private:
    void set(std::atomic<bool>& flag) {
        flag = true;
        g_main_context_wakeup(context_.get());
    }
    std::atomic<bool> over_ = false, end_ = false;
    glib::Owned<GMainContext> context_{g_main_context_new()};
    std::thread thread_;
};

TEST_F(HostPowerTest, ALeftoverWaitsForTheSleepThatIsAboutToBegin) {
    const test::PrivateBus bus(temp_);
    BusyLogind logind(bus);
    const HostSleep sleep{.operation = "left", .state = State::Entering};
    ASSERT_TRUE(SleepStore(temp_.root()).save({sleep, kBootId, sleep::Baseline{0us, 4, -1}, ""}));
    while (!sleep::logind_prepares_for_sleep(temp_.root())) std::this_thread::yield();
    HostPower power = make(HostBackend::Auto);
    power.watch_others();
    test::run_until_quiet();
    ASSERT_TRUE(power.status().current);
    EXPECT_EQ(restored_, 0);
    temp_.write("/sys/power/suspend_stats/success", "5\n");
    const auto heard = glib::every(nullptr, 20ms, [&] { logind.prepare_for_sleep_is_over(); });
    ASSERT_TRUE(test::run_until([&] { return ended(); }));
    EXPECT_EQ(power.status().last->outcome, Outcome::Slept);
}

}  // namespace
}  // namespace hypnos
