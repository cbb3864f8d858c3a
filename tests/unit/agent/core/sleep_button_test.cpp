// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/sleep_button.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using std::chrono::seconds;

TEST(IsSleepButton, AcpisAre) {
    EXPECT_TRUE(is_sleep_button({"PNP0C0E/button/input0", true}, false));
    EXPECT_TRUE(is_sleep_button({"LNXSLPBN/button/input0", true}, false));
}

TEST(IsSleepButton, OtherButtonsAreNot) {
    EXPECT_FALSE(is_sleep_button({"LNXPWRBN/button/input0", false}, true));
    EXPECT_FALSE(is_sleep_button({"PNP0C0E/button/input0", false}, true));
}

TEST(IsSleepButton, KeyboardsAreIfWanted) {
    const InputIdentity keyboard = {"isa0060/serio0/input0", true};
    EXPECT_FALSE(is_sleep_button(keyboard, false));
    EXPECT_TRUE(is_sleep_button(keyboard, true));
}

/// What the policy does, in words: "sleep ram", or "ignored", "again", "last", "never".
class SleepButtonPolicyTest : public testing::Test {
  protected:
    std::string step(const ButtonEvent& event) {
        std::string words;
        for (const auto& effect : policy_.step(event, now_))
            words += std::visit([](const auto& e) { return word(e); }, effect);
        return words;
    }
    static std::string word(const StartSleep& effect) {
        return "sleep " + std::string(name_of(effect.mode));
    }
    static std::string word(const Say& effect) {
        const auto says = [&](const char* words) {
            return effect.text.find(words) != std::string::npos;
        };
        if (says("ignored")) return "ignored";
        if (says("the next follows")) return "again";
        if (says("that was the last")) return "last";
        return says("not tried again") ? "never" : effect.text;
    }
    std::string press(const std::string& in_the_way = "") {
        return step(ButtonPressed{in_the_way});
    }
    std::string end(Outcome outcome, const std::string& finding = "") {
        return step(AttemptEnded{outcome, "why", finding});
    }
    std::string retry(const std::string& in_the_way = "") {
        now_ = policy_.deadline().value_or(now_);
        return step(RetryDue{in_the_way});
    }
    void sleep() {
        EXPECT_EQ(end(Outcome::Slept), "");
        EXPECT_EQ(step(MachineSlept{}), "");
    }

    SleepButtonPolicy policy_{{.mode = SleepMode::Disk,
                               .debounce = seconds(30),
                               .attempts = 3,
                               .retry_after = seconds(10)}};
    BootTime now_ = seconds(1000);
};

TEST_F(SleepButtonPolicyTest, APressIsASleep) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_FALSE(policy_.deadline());
}

TEST_F(SleepButtonPolicyTest, SaysWhatIsInTheWay) {
    const ButtonEffects effects = policy_.step(ButtonPressed{"file systems are frozen"}, now_);
    ASSERT_EQ(effects.size(), 1U);
    EXPECT_EQ(std::get<Say>(effects.front()).text,
              "attempt 1 of 3 to sleep by the sleep button: file systems are frozen; the next "
              "follows in 10 s");
}

TEST_F(SleepButtonPolicyTest, WhatIsInTheWayOfAPressMayPass) {
    EXPECT_EQ(press("file systems are frozen"), "again");
    EXPECT_EQ(press(), "ignored");
    EXPECT_EQ(retry("file systems are frozen"), "again");
    EXPECT_EQ(retry(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "last") << "all of them count";
}

TEST_F(SleepButtonPolicyTest, ASleepThatIsUnderWayIsWhatThePressWanted) {
    EXPECT_EQ(press("another sleep is under way"), "again");
    EXPECT_EQ(step(MachineSlept{}), "");
    EXPECT_FALSE(policy_.deadline());
}

TEST_F(SleepButtonPolicyTest, APressSoonAfterASleepIsIgnoredWhateverIsInTheWay) {
    EXPECT_EQ(step(MachineSlept{}), "");
    EXPECT_EQ(press("file systems are frozen"), "ignored");
    EXPECT_FALSE(policy_.deadline());
}

TEST_F(SleepButtonPolicyTest, ASecondPressIsIgnored) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(press(), "ignored");
    EXPECT_EQ(end(Outcome::Cancelled), "never");
    now_ += seconds(29);
    EXPECT_EQ(press(), "ignored");
    now_ += seconds(1);
    EXPECT_EQ(press(), "sleep disk");
}

TEST_F(SleepButtonPolicyTest, WhatIsIgnoredDoesNotProlong) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Cancelled), "never");
    now_ += seconds(29);
    EXPECT_EQ(press(), "ignored");
    now_ += seconds(2);
    EXPECT_EQ(press(), "sleep disk");
}

TEST_F(SleepButtonPolicyTest, AfterASleepItIsDeafForAWhile) {
    EXPECT_EQ(press(), "sleep disk");
    now_ += seconds(3600);
    sleep();
    EXPECT_EQ(press(), "ignored");
    now_ += seconds(30);
    EXPECT_EQ(press(), "sleep disk");
}

TEST_F(SleepButtonPolicyTest, AfterAnybodysSleepToo) {
    EXPECT_EQ(step(MachineSlept{}), "");
    EXPECT_EQ(press(), "ignored");
}

TEST_F(SleepButtonPolicyTest, WhatFailsIsTriedAgainAsOftenAsConfigured) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(policy_.deadline(), now_ + seconds(10));
    EXPECT_EQ(retry(), "sleep disk");
    EXPECT_EQ(end(Outcome::WokeEarly), "again");
    EXPECT_EQ(retry(), "sleep disk");
    EXPECT_EQ(end(Outcome::Refused, "swap.none"), "last");
    EXPECT_FALSE(policy_.deadline());
}

TEST_F(SleepButtonPolicyTest, ANewPressCountsAnew) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(retry(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(retry(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "last");
    now_ += seconds(30);
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
}

TEST_F(SleepButtonPolicyTest, AfterASleepNothingIsTriedAgain) {
    EXPECT_EQ(press(), "sleep disk");
    sleep();
    EXPECT_FALSE(policy_.deadline());
}

TEST_F(SleepButtonPolicyTest, WhatWillNotPassIsNotTriedAgain) {
    for (const char* finding : {"pm.no-state", "pm.s2idle-only"}) {
        now_ += seconds(30);
        EXPECT_EQ(press(), "sleep disk");
        EXPECT_EQ(end(Outcome::Refused, finding), "never");
    }
    for (const Outcome outcome : {Outcome::Cancelled, Outcome::TimedOut}) {
        now_ += seconds(30);
        EXPECT_EQ(press(), "sleep disk");
        EXPECT_EQ(end(outcome), "never");
    }
}

TEST_F(SleepButtonPolicyTest, APressBeforeTheNextAttemptIsIgnored) {
    EXPECT_EQ(press(), "sleep disk");
    now_ += seconds(120);
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(press(), "ignored");
}

TEST_F(SleepButtonPolicyTest, SomebodyElsesSleepMakesTheNextAttemptNeedless) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(step(MachineSlept{}), "");
    EXPECT_FALSE(policy_.deadline());
    EXPECT_EQ(retry(), "");
}

TEST_F(SleepButtonPolicyTest, WhatIsInTheWayOfTheNextAttemptCostsIt) {
    EXPECT_EQ(press(), "sleep disk");
    EXPECT_EQ(end(Outcome::Failed), "again");
    EXPECT_EQ(retry("another sleep is under way"), "again");
    EXPECT_EQ(retry("another sleep is under way"), "last");
}

}  // namespace
}  // namespace hypnos::agent
