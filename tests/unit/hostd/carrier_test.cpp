// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "carrier.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "carried.hpp"
#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"
#include "tests/unit/hostd/fake_world.hpp"

namespace hypnos::hostd {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr const char* kFile = "/var/lib/hypnos/host/guests.json";

class CarrierTest : public testing::Test {
  protected:
    CarrierTest() { boot("boot-1"); }

    void boot(const std::string& id) { temp_.write("/proc/sys/kernel/random/boot_id", id + "\n"); }

    /// As hypnos-hostd begins: with whatever is in the file.
    void start() {
        carrier_ = std::make_unique<Carrier>(
            temp_.root(), config_,
            Carrier::Handlers{[this](const std::string&, const std::string& guest,
                                     const std::string& state, const std::string& text) {
                told_.push_back(guest + " " + state);
                texts_.push_back(text);
            }},
            world_.world());
    }

    Result<void> put_to_sleep(std::chrono::milliseconds deadline = 10s) {
        std::optional<Result<void>> result;
        carrier_->put_to_sleep("op", deadline, [&](const Result<void>& slept) { result = slept; });
        if (!test::run_until([&] { return result.has_value(); })) return fail("it does not end");
        return *result;
    }
    void wake() {
        bool done = false;
        carrier_->wake("op", [&] { done = true; });
        ASSERT_TRUE(test::run_until([&] { return done; }));
        test::run_until_quiet();
    }
    void recover() {
        bool done = false;
        carrier_->recover([&] { done = true; });
        ASSERT_TRUE(test::run_until([&] { return done; }));
        test::run_until_quiet();
    }
    /// What another process would find.
    [[nodiscard]] std::vector<Carried> on_disk() const {
        const auto carried = carried_from_text(temp_.read(kFile));
        return carried ? carried->guests : std::vector<Carried>();
    }
    [[nodiscard]] bool was_told(const std::string& what) const {
        return std::find(told_.begin(), told_.end(), what) != told_.end();
    }

    test::TempRoot temp_;
    Config config_;
    FakeWorld world_;
    std::unique_ptr<Carrier> carrier_;
    Strings told_, texts_;
};

TEST_F(CarrierTest, GuestsSleepInOrderAndWakeInReverse) {
    world_.add("db", {"web"});
    world_.add("web");
    start();
    ASSERT_TRUE(put_to_sleep());
    EXPECT_EQ(world_.log, (Strings{"suspend web", "suspend db"}));
    world_.log.clear();
    wake();
    EXPECT_EQ(world_.log, (Strings{"wake db", "wake web"}));
    EXPECT_EQ(temp_.read(kFile), "");
}

TEST_F(CarrierTest, EachIsTreatedByItsPolicy) {
    config_.of_guest = {
        {"disk", Policy::SuspendDisk}, {"left", Policy::Leave}, {"stop", Policy::Pause}};
    for (const char* name : {"disk", "left", "ram", "stop"}) world_.add(name);
    start();
    ASSERT_TRUE(put_to_sleep());
    EXPECT_EQ(world_.log, (Strings{"suspend-disk disk", "suspend ram", "pause stop"}));
    world_.log.clear();
    wake();
    std::sort(world_.log.begin(), world_.log.end());
    EXPECT_EQ(world_.log, (Strings{"unpause stop", "wake disk", "wake ram", "wake stop"}));
}

TEST_F(CarrierTest, WhoDoesNotRunIsLeftAloneBeforeAndAfter) {
    world_.add("asleep").runs = false;
    start();
    ASSERT_TRUE(put_to_sleep());
    wake();
    EXPECT_EQ(world_.log, Strings{});
    EXPECT_EQ(told_, Strings{});
}

TEST_F(CarrierTest, AGuestIsOnDiskBeforeItIsAsked) {
    world_.add("web");
    std::size_t noted = 0;
    world_.before = [&](const std::string&) { noted = on_disk().size(); };
    start();
    ASSERT_TRUE(put_to_sleep());
    EXPECT_EQ(noted, 1U);
    test::run_until_quiet();
    ASSERT_EQ(on_disk().size(), 1U);
    EXPECT_EQ(on_disk()[0].state, Carried::State::Asleep);
    EXPECT_EQ(on_disk()[0].boot_id, "guest-boot");
    EXPECT_EQ(on_disk()[0].balloon, 42);
}

TEST_F(CarrierTest, WithoutAFileNothingIsPutToSleep) {
    world_.add("web");
    temp_.write("/var/lib/hypnos/host", "a file, and no directory");
    start();
    EXPECT_FALSE(put_to_sleep());
    EXPECT_EQ(world_.log, Strings{});
}

TEST_F(CarrierTest, WhoRefusesIsNamedAndTheOthersSleep) {
    world_.add("db").refuses = true;
    world_.add("web");
    start();
    const Result<void> slept = put_to_sleep();
    ASSERT_FALSE(slept);
    EXPECT_EQ(slept.error().message, "db did not go to sleep: it will not");
    EXPECT_TRUE(was_told("db failed"));
    EXPECT_TRUE(was_told("web asleep"));
    world_.log.clear();
    wake();
    std::sort(world_.log.begin(), world_.log.end());
    EXPECT_EQ(world_.log, (Strings{"wake db", "wake web"})) << "db's clock is looked at";
    EXPECT_FALSE(was_told("db waking"));
}

TEST_F(CarrierTest, WhoComesAfterOneThatRefusesIsNotAsked) {
    world_.add("web").refuses = true;
    world_.add("db", {"web"});
    start();
    const Result<void> slept = put_to_sleep();
    ASSERT_FALSE(slept);
    EXPECT_EQ(world_.log, Strings{"suspend web"});
    EXPECT_NE(slept.error().message.find("db did not go to sleep"), std::string::npos);
}

TEST_F(CarrierTest, AtTheDeadlineWhatHangsIsCalledOff) {
    world_.add("slow").hangs = true;
    start();
    const Result<void> slept = put_to_sleep(50ms);
    ASSERT_FALSE(slept);
    EXPECT_EQ(world_.log, (Strings{"suspend slow", "cancel slow"}));
    EXPECT_EQ(slept.error().message, "slow did not go to sleep: called off");
}

TEST_F(CarrierTest, StopStartsNothingMoreAndEnds) {
    world_.add("slow").hangs = true;
    world_.add("then", {"slow"});
    start();
    std::optional<Result<void>> result;
    carrier_->put_to_sleep("op", 1h, [&](const Result<void>& slept) { result = slept; });
    ASSERT_TRUE(test::run_until([&] { return !world_.log.empty(); }));
    EXPECT_TRUE(carrier_->busy());
    carrier_->stop();
    ASSERT_TRUE(test::run_until([&] { return result.has_value(); }));
    EXPECT_FALSE(*result);
    EXPECT_EQ(world_.log, (Strings{"suspend slow", "cancel slow"}));
    EXPECT_FALSE(carrier_->busy());
}

TEST_F(CarrierTest, WakingWhileGuestsGoToSleepStopsThatFirst) {
    world_.add("slow").hangs = true;
    world_.add("web");
    start();
    bool ended = false, woken = false;
    carrier_->put_to_sleep("op", 1h, [&](const Result<void>&) { ended = true; });
    ASSERT_TRUE(test::run_until([&] { return was_told("web asleep"); }));
    carrier_->wake("op", [&] { woken = true; });
    ASSERT_TRUE(test::run_until([&] { return woken; }));
    EXPECT_TRUE(ended);
    EXPECT_TRUE(was_told("web awake"));
}

TEST_F(CarrierTest, WhoDoesNotWakeAtOnceIsTriedAgain) {
    world_.add("web").wakes_at_attempt = 3;
    start();
    ASSERT_TRUE(put_to_sleep());
    wake();
    EXPECT_EQ(world_.log, (Strings{"suspend web", "wake web", "wake web", "wake web"}));
    EXPECT_TRUE(was_told("web awake"));
}

TEST_F(CarrierTest, WhoDoesNotWakeAtAllIsTold) {
    world_.add("web").wakes_at_attempt = 1000;
    start();
    ASSERT_TRUE(put_to_sleep());
    wake();
    EXPECT_EQ(told_.back(), "web not-awake");
    EXPECT_EQ(texts_.back(), "it does not answer");
    EXPECT_EQ(temp_.read(kFile), "");
}

TEST_F(CarrierTest, WhoMaySleepAfterAllIsWokenAfterAll) {
    world_.add("web").sleeps_late = true;
    start();
    EXPECT_FALSE(put_to_sleep());
    EXPECT_TRUE(was_told("web failed"));
    wake();
    EXPECT_TRUE(was_told("web awake"));
    EXPECT_TRUE(world_.guests["web"].runs);
}

TEST_F(CarrierTest, WhoMayStandAfterAllGoesOnAfterAll) {
    config_.default_policy = Policy::Pause;
    world_.add("web").sleeps_late = true;
    start();
    EXPECT_FALSE(put_to_sleep());
    wake();
    EXPECT_TRUE(was_told("web awake"));
    EXPECT_FALSE(world_.guests["web"].paused);
}

TEST_F(CarrierTest, WhoIsStartedByOthersIsNotTriedAgain) {
    config_.default_policy = Policy::SuspendDisk;
    world_.add("web").gone = true;
    start();
    ASSERT_TRUE(put_to_sleep());
    wake();
    EXPECT_EQ(world_.log, (Strings{"suspend-disk web", "wake web"}));
    EXPECT_EQ(told_.back(), "web not-awake");
}

TEST_F(CarrierTest, NobodyWaitsForAllAttemptsOfAnother) {
    world_.add("db", {"web"}).wakes_at_attempt = 1000;
    world_.add("web");
    start();
    ASSERT_TRUE(put_to_sleep());
    told_.clear();
    wake();
    EXPECT_EQ(told_, (Strings{"db waking", "web waking", "web awake", "db not-awake"}));
}

TEST_F(CarrierTest, AGuestsWordsAreLimited) {
    world_.add("web").words = std::string(999, 'x') + "\u00e9" + std::string(5000, 'x');
    start();
    ASSERT_TRUE(put_to_sleep());
    test::run_until_quiet();
    ASSERT_EQ(on_disk().size(), 1U);
    EXPECT_EQ(on_disk()[0].text, std::string(999, 'x') + "...");
}

TEST_F(CarrierTest, WhatCouldNotBeFoundOutIsAnError) {
    world_.add("web").known = false;
    world_.problems = {"no libvirt"};
    start();
    const Result<void> slept = put_to_sleep();
    ASSERT_FALSE(slept);
    EXPECT_EQ(slept.error().message, "no libvirt; web: it does not say");
}

TEST_F(CarrierTest, LastTellsWhatBecameOfEach) {
    world_.add("web");
    start();
    ASSERT_TRUE(put_to_sleep());
    EXPECT_EQ(carrier_->last().dump(),
              R"([{"guest":"web","action":"suspend-ram","state":"asleep","text":"it slept"}])");
}

TEST_F(CarrierTest, AnotherSleepWhileGuestsWakeTakesThemAlong) {
    world_.add("web").wakes_at_attempt = 1000;
    world_.add("db");
    start();
    ASSERT_TRUE(put_to_sleep());
    bool woken = false;
    carrier_->wake("op", [&] { woken = true; });
    ASSERT_TRUE(test::run_until([&] { return was_told("db awake"); }));
    world_.guests["web"].wakes_at_attempt = 1;
    ASSERT_TRUE(put_to_sleep());
    EXPECT_TRUE(woken) << "the first waking has ended";
    told_.clear();
    wake();
    EXPECT_TRUE(was_told("db awake"));
    EXPECT_TRUE(was_told("web awake")) << "it slept all the time, and is woken at last";
}

// hypnos-hostd is killed.

TEST_F(CarrierTest, TheNextOneWakesWhoSleeps) {
    world_.add("web");
    config_.of_guest = {{"stop", Policy::Pause}};
    world_.add("stop");
    start();
    ASSERT_TRUE(put_to_sleep());
    test::run_until_quiet();
    start();
    recover();
    EXPECT_TRUE(was_told("web awake"));
    EXPECT_TRUE(was_told("stop awake"));
    EXPECT_FALSE(world_.guests["stop"].paused);
    EXPECT_EQ(temp_.read(kFile), "");
}

TEST_F(CarrierTest, TheNextOneLooksAtWhoWasBeingAsked) {
    world_.add("web").deaf = true;
    start();
    carrier_->put_to_sleep("op", 1h, [](const Result<void>&) {});
    ASSERT_TRUE(test::run_until([&] { return !world_.log.empty(); }));
    start();
    recover();
    EXPECT_TRUE(was_told("web awake"));
}

TEST_F(CarrierTest, TheNextOneGoesOnWaking) {
    world_.add("web").wakes_at_attempt = 1000;
    start();
    ASSERT_TRUE(put_to_sleep());
    carrier_->wake("op", [] {});
    ASSERT_TRUE(test::run_until([&] { return world_.guests["web"].attempts == 1; }));
    test::run_until_quiet();
    start();
    world_.guests["web"].wakes_at_attempt = 1;
    recover();
    EXPECT_TRUE(was_told("web awake"));
}

TEST_F(CarrierTest, AfterAnotherBootWhoWasInItsMemoryIsGone) {
    config_.of_guest = {{"disk", Policy::SuspendDisk}};
    world_.add("disk");
    world_.add("ram");
    start();
    ASSERT_TRUE(put_to_sleep());
    test::run_until_quiet();
    world_.log.clear();
    boot("boot-2");
    start();
    recover();
    EXPECT_EQ(world_.log, Strings{"wake disk"});
    EXPECT_TRUE(was_told("ram not-awake"));
    EXPECT_TRUE(was_told("disk awake"));
}

TEST_F(CarrierTest, AFileThatIsNoneIsRemoved) {
    temp_.write(kFile, "{\"version\":1");
    start();
    recover();
    EXPECT_EQ(temp_.read(kFile), "");
}

}  // namespace
}  // namespace hypnos::hostd
