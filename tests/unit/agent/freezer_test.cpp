// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/freezer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "tests/support/main_loop.hpp"
#include "tests/support/result.hpp"
#include "tests/unit/agent/fake_kernel.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using test::run_until;
using Words = std::vector<std::string>;

constexpr const char* kMarker = "/state/qga.state.isfrozen";
constexpr const char* kHook = "/hook";

class FreezerTest : public testing::Test {
  protected:
    FreezerTest() {
        temp_.write("/proc/self/mountinfo",
                    mount_line(1, "8:1", "/") + mount_line(2, "8:2", "/data"));
        temp_.write("/proc/sys/kernel/random/boot_id", "this-boot\n");
        settings_.state_directory = "/state";
        settings_.thaw_after = 1h;
        make();
    }

    /// Another agent.
    void make() {
        freezer_.reset();
        freezer_ = std::make_unique<Freezer>(
            root_, settings_, kernel_,
            Freezer::Deps{.reply = [this](const Caller& caller,
                                          const CommandResult& result) { note(caller, result); },
                          .suspending = [this] { return suspending_; },
                          .on_changed = [this](bool frozen) { changes_ += frozen ? "+" : "-"; }});
        freezer_->start();
    }
    void note(const Caller& caller, const CommandResult& result) {
        EXPECT_EQ(replies_.count(caller.serial), 0U) << "two replies";
        replies_[caller.serial] = result ? (*result)->dump() : result.error().message;
        if (on_reply_) std::exchange(on_reply_, {})();
    }

    std::uint64_t begin_freeze(const FreezeSelection& selection = std::nullopt) {
        freezer_->freeze(selection, {1, ++serial_});
        return serial_;
    }
    std::uint64_t begin_thaw() {
        freezer_->thaw({1, ++serial_});
        return serial_;
    }
    std::string answer(std::uint64_t serial) {
        EXPECT_TRUE(run_until([&] { return replies_.count(serial) == 1; }));
        return replies_[serial];
    }
    std::string freeze(const FreezeSelection& selection = std::nullopt) {
        return answer(begin_freeze(selection));
    }
    std::string thaw() { return answer(begin_thaw()); }
    [[nodiscard]] bool marked() const { return root_.has(kMarker); }

    /// The hook notes its words; \`script\` comes after.
    void set_hook(const std::string& script, std::chrono::milliseconds limit = 10s) {
        temp_.write_program(kHook, "#!/bin/sh\necho $* >>" + temp_.path("/words") + "\n" + script);
        settings_.hook = kHook;
        settings_.hook_limit = limit;
        make();
    }
    std::string words() { return temp_.read("/words"); }

    const test::TempRoot temp_;
    const Root root_ = temp_.root();
    std::shared_ptr<FakeKernel> kernel_ = std::make_shared<FakeKernel>();
    Freezer::Settings settings_;
    bool suspending_ = false;
    std::string changes_;
    std::uint64_t serial_ = 0;
    std::map<std::uint64_t, std::string> replies_;
    std::function<void()> on_reply_;  ///< once
    std::unique_ptr<Freezer> freezer_;
};

TEST_F(FreezerTest, FreezesAndThaws) {
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_EQ(freeze(), "2");
    EXPECT_TRUE(freezer_->frozen());
    EXPECT_EQ(kernel_->frozen(), 2U);
    EXPECT_EQ(thaw(), "2");
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_EQ(changes_, "+-");
}

TEST_F(FreezerTest, IsSilentFromBeforeTheFirstToAfterTheLast) {
    kernel_->on_call = [this](const std::string& call) { EXPECT_EQ(changes_, "+") << call; };
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(thaw(), "2");
    EXPECT_EQ(changes_, "+-");
}

TEST_F(FreezerTest, ASecondFreezeIsRefused) {
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(freeze(), "the file systems are frozen already");
    EXPECT_EQ(thaw(), "2");
}

TEST_F(FreezerTest, ThawingWhatIsNotFrozenDoesNothing) {
    set_hook("");
    kernel_->freeze_behind_our_back({8, 1});
    EXPECT_EQ(thaw(), "0");
    EXPECT_EQ(kernel_->frozen(), 1U);
    EXPECT_EQ(words(), "");
}

TEST_F(FreezerTest, AFreezeThatFailsLeavesNothing) {
    set_hook("");
    kernel_->freeze_errors = {{"/", EIO}};
    EXPECT_EQ(freeze(), "cannot freeze /: Input/output error");
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_FALSE(marked());
    EXPECT_EQ(words(), "freeze\nthaw\n");
    EXPECT_EQ(changes_, "+-");
    kernel_->freeze_errors.clear();
    EXPECT_EQ(freeze(), "2");
}

TEST_F(FreezerTest, WhereThereIsNothingToFreezeAllIsThawedAtOnce) {
    set_hook("");
    EXPECT_EQ(freeze({{"/nowhere"}}), "0");
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_FALSE(marked());
    EXPECT_EQ(words(), "freeze\nthaw\n") << "qemu-ga forgets the second";
}

TEST_F(FreezerTest, NotWhileTheMachineIsPutToSleep) {
    suspending_ = true;
    EXPECT_EQ(freeze(), "the machine is being put to sleep: file systems cannot be frozen now");
    EXPECT_EQ(changes_, "");
}

// The hook ----------------------------------------------------------------------------------------

TEST_F(FreezerTest, TheHookRunsBeforeTheFirstAndAfterTheLast) {
    set_hook("");
    kernel_->on_call = [this](const std::string& call) { EXPECT_EQ(words(), "freeze\n") << call; };
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(thaw(), "2");
    EXPECT_EQ(words(), "freeze\nthaw\n");
}

TEST_F(FreezerTest, TheHookHasTheAgentsEnvironmentAndASessionOfItsOwn) {
    setenv("HYPNOS_TEST_WORD", "hello", 1);
    set_hook("echo $HYPNOS_TEST_WORD; [ $(ps -o sid= $$) -eq $$ ] && exit 3\nexit 4\n");
    EXPECT_EQ(freeze(), "child process has failed to execute fsfreeze hook: exit status 3: hello");
    unsetenv("HYPNOS_TEST_WORD");
}

TEST_F(FreezerTest, AHookThatRefusesIsNotCalledAgain) {
    set_hook("echo no; echo way >&2; exit 7\n");
    EXPECT_EQ(freeze(),
              "child process has failed to execute fsfreeze hook: exit status 7: no\nway");
    EXPECT_EQ(words(), "freeze\n");
    EXPECT_TRUE(kernel_->calls().empty());
    EXPECT_EQ(changes_, "");
}

TEST_F(FreezerTest, AHookThatIsNotThere) {
    settings_.hook = "/nowhere";
    make();
    EXPECT_NE(freeze().find("No such file"), std::string::npos);
}

TEST_F(FreezerTest, AHookThatHangsIsEndedAndMayPutThingsRight) {
    set_hook("[ $1 = thaw ] || sleep 100\n", 20ms);
    EXPECT_EQ(freeze(),
              "child process has failed to execute fsfreeze hook: it took too long and was "
              "ended");
    EXPECT_EQ(words(), "freeze\nthaw\n");
    EXPECT_TRUE(kernel_->calls().empty());
}

TEST_F(FreezerTest, AHookThatFailsToThawIsToldThoughAllIsThawed) {
    set_hook("[ $1 = freeze ] || { echo oops; exit 1; }\n");
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(thaw(), "child process has failed to execute fsfreeze hook: exit status 1: oops");
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_EQ(kernel_->frozen(), 0U);
}

TEST_F(FreezerTest, AThawWhileTheHookRunsEndsIt) {
    set_hook("[ $1 = thaw ] || sleep 100\n");
    const std::uint64_t freeze = begin_freeze();
    ASSERT_TRUE(test::poll_until([this] { return !words().empty(); }));
    EXPECT_EQ(thaw(), "0");
    EXPECT_NE(answer(freeze).find("fsfreeze hook"), std::string::npos);
    EXPECT_EQ(words(), "freeze\nthaw\n");
}

TEST_F(FreezerTest, ASleepThatBeginsWhileTheHookRunsIsHeeded) {
    set_hook("");
    const std::uint64_t freeze = begin_freeze();
    suspending_ = true;
    EXPECT_EQ(answer(freeze), "meanwhile the machine is being put to sleep");
    EXPECT_EQ(words(), "freeze\nthaw\n");
    EXPECT_TRUE(kernel_->calls().empty());
}

// The time limit ------------------------------------------------------------------------------------

class ShortFreeze : public FreezerTest {
  protected:
    ShortFreeze() {
        settings_.thaw_after = 30ms;
        make();
    }
};

constexpr const char* kUnasked = "the file systems were thawed before this request";

TEST_F(ShortFreeze, ThawsWhenTheHostIsGoneAndSaysSoOnce) {
    set_hook("");
    EXPECT_EQ(freeze(), "2");
    ASSERT_TRUE(run_until([this] { return !freezer_->frozen(); }));
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_FALSE(marked());
    EXPECT_EQ(thaw().find(kUnasked), 0U);
    EXPECT_EQ(thaw(), "0");
    EXPECT_EQ(words(), "freeze\nthaw\n");
}

TEST_F(ShortFreeze, TheNextFreezeIsANewOne) {
    EXPECT_EQ(freeze(), "2");
    ASSERT_TRUE(run_until([this] { return !freezer_->frozen(); }));
    EXPECT_EQ(freeze(), "2");
    EXPECT_EQ(thaw(), "2");
}

TEST_F(ShortFreeze, ASignOfTheHostBeginsTheTimeAnew) {
    EXPECT_EQ(freeze(), "2");
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < 4 * settings_.thaw_after) {
        freezer_->heard();
        g_main_context_iteration(nullptr, FALSE);
    }
    EXPECT_TRUE(freezer_->frozen());
    EXPECT_EQ(thaw(), "2");
}

TEST_F(ShortFreeze, EndsAFreezeThatHangs) {
    std::promise<void> gate;
    kernel_->gates = {{"/", gate.get_future().share()}};
    kernel_->on_call = [&gate](const std::string& call) {
        static bool opened = false;
        if (call == "thaw /data" && !std::exchange(opened, true)) gate.set_value();
    };
    EXPECT_EQ(freeze(), kThawedMeanwhile);
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_EQ(thaw(), "0") << "the host has been told";
}

TEST_F(ShortFreeze, TheNextAgentTellsTheHostToo) {
    EXPECT_EQ(freeze(), "2");
    ASSERT_TRUE(run_until([this] { return !freezer_->frozen(); }));
    test::run_until_quiet();
    make();
    EXPECT_EQ(thaw().find(kUnasked), 0U);
}

// The end of an agent -------------------------------------------------------------------------------

TEST_F(FreezerTest, TheAgentsEndWaitsForTheThaw) {
    set_hook("");
    EXPECT_EQ(freeze(), "2");
    bool done = false;
    freezer_->thaw_now([&done] { done = true; });
    EXPECT_FALSE(done);
    ASSERT_TRUE(run_until([&done] { return done; }));
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_EQ(words(), "freeze\nthaw\n");
    make();
    EXPECT_FALSE(freezer_->frozen());
    EXPECT_EQ(thaw().find(kUnasked), 0U);
    EXPECT_EQ(thaw(), "0");
}

TEST_F(FreezerTest, TheAgentsEndIsNotHeldUpOtherwise) {
    bool done = false;
    freezer_->thaw_now([&done] { done = true; });
    EXPECT_TRUE(done);
    EXPECT_EQ(thaw(), "0");
}

TEST_F(FreezerTest, WhatWritesCanWaitForTheThaw) {
    EXPECT_EQ(freeze(), "2");
    bool done = false;
    freezer_->when_thawed([&done] { done = true; });
    test::run_until_quiet();
    EXPECT_FALSE(done);
    EXPECT_EQ(thaw(), "2");
    EXPECT_TRUE(done);
}

TEST_F(FreezerTest, AtTheAgentsEndNothingIsFrozenAnyMore) {
    freezer_->thaw_now([] {});
    EXPECT_EQ(freeze(), "the agent is being ended");
}

TEST_F(FreezerTest, WhatWaitsForTheThawWaitsForThatOfAFreezeWhichTheReplyBrings) {
    EXPECT_EQ(freeze(), "2");
    int called = 0;
    std::uint64_t second = 0;
    freezer_->when_thawed([&] { ++called; });
    on_reply_ = [&] { second = begin_freeze(); };
    EXPECT_EQ(thaw(), "2");
    EXPECT_EQ(answer(second), "2");
    EXPECT_EQ(called, 0);
    EXPECT_EQ(thaw(), "2");
    EXPECT_EQ(called, 1);
}

TEST_F(FreezerTest, AFreezeThatAThawOvertakesIsNoSuccess) {
    const std::uint64_t frozen = begin_freeze();
    while (kernel_->frozen() < 2) std::this_thread::yield();
    const std::uint64_t thawed = begin_thaw();
    EXPECT_EQ(answer(frozen), kThawedMeanwhile);
    EXPECT_EQ(answer(thawed), "2");
}

TEST_F(FreezerTest, AnAgentThatIsKilledLeavesTheNextOneFrozen) {
    EXPECT_EQ(freeze(), "2");
    make();
    EXPECT_TRUE(freezer_->frozen());
    EXPECT_EQ(changes_, "++");
    EXPECT_EQ(freeze(), "the file systems are frozen already");
    EXPECT_EQ(thaw(), "2");
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_FALSE(marked());
}

TEST_F(FreezerTest, WhatAKilledAgentLeftIsThawedInTime) {
    EXPECT_EQ(freeze(), "2");
    settings_.thaw_after = 30ms;
    make();
    ASSERT_TRUE(run_until([this] { return !freezer_->frozen(); }));
    EXPECT_EQ(kernel_->frozen(), 0U);
    EXPECT_EQ(thaw().find(kUnasked), 0U);
}

TEST_F(FreezerTest, AMarkerOfAnotherBootIsNothing) {
    temp_.write(kMarker, "another-boot\n");
    make();
    EXPECT_FALSE(freezer_->frozen());
}

}  // namespace
}  // namespace hypnos::agent
