// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the suspend machine does when it is told to stop, when an answer does not come, and when one
// comes too late.

#include "tests/unit/agent/core/machine_driver.hpp"

namespace hypnos::agent::test {
namespace {

constexpr std::array kBusy = {State::Checking, State::Preparing,  State::Arming, State::Flushing,
                              State::Asleep,   State::Refreshing, State::Undoing};

TEST_F(MachineTest, ACancelInTheCheckUndoesNothing) {
    reach(State::Checking);
    EXPECT_TRUE(machine_.cancellable());
    EXPECT_EQ(step(CancelRequested{}), "refuse");
    EXPECT_EQ(only<Refuse>().error.data["outcome"], Json("cancelled"));
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
    EXPECT_EQ(record().error, "cancelled by the host");
    EXPECT_EQ(answer(), "") << "the inspection comes too late";
}

TEST_F(MachineTest, ACancelEndsTheHookThatRunsAndUndoesIt) {
    reach(State::Preparing);
    EXPECT_TRUE(machine_.cancellable());
    EXPECT_EQ(step(CancelRequested{}), "stop");
    EXPECT_FALSE(machine_.cancellable()) << "once is enough";
    EXPECT_EQ(step(CancelRequested{}), "");
    EXPECT_EQ(hook("failed", 143), "refuse, persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
}

TEST_F(MachineTest, ACancelHoldsEvenIfTheHookHasJustSucceeded) {
    reach(State::Preparing);
    step(CancelRequested{});
    EXPECT_EQ(hook("ok"), "refuse, persist, post a");
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
}

TEST_F(MachineTest, ACancelWhoseHookDoesNotEndIsACancelStill) {
    reach(State::Preparing);
    step(CancelRequested{});
    EXPECT_EQ(expire(), "refuse, persist, post a");
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
}

TEST_F(MachineTest, ACancelWhileTheAlarmIsSetTakesItAway) {
    reach(State::Arming);
    EXPECT_TRUE(machine_.cancellable());
    chosen();
    EXPECT_EQ(step(CancelRequested{}), "refuse, disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
}

TEST_F(MachineTest, ACancelBeforeTheAlarmIsChosenHasNoneToTakeAway) {
    reach(State::Arming);
    EXPECT_EQ(step(CancelRequested{}), "refuse, persist, post b");
}

TEST_F(MachineTest, ACancelAfterTheReplyIsToldByEvent) {
    reach(State::Flushing);
    EXPECT_TRUE(machine_.cancellable());
    EXPECT_EQ(step(CancelRequested{}), "disarm, persist, post b");
    hook();
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Cancelled);
    EXPECT_EQ(record().error, "cancelled by the host");
}

TEST_F(MachineTest, FromTheKernelOnThereIsNothingToCancel) {
    EXPECT_FALSE(machine_.cancellable());
    EXPECT_EQ(step(CancelRequested{}), "");
    for (const State state : {State::Asleep, State::Refreshing, State::Undoing}) {
        machine_ = {};
        reach(state);
        EXPECT_FALSE(machine_.cancellable()) << name_of(state);
        EXPECT_EQ(words(machine_.step(CancelRequested{}, now_)), "") << name_of(state);
        EXPECT_EQ(machine_.state(), state);
    }
    machine_ = {};
    step(RehearsalRequested{});
    EXPECT_EQ(step(CancelRequested{}), "");
}

TEST_F(MachineTest, BeforeTheDeadlineNothingExpires) {
    EXPECT_EQ(step(Expired{}), "");
    for (const State state : kBusy) {
        machine_ = {};
        reach(state);
        now_ = *machine_.deadline() - 1us;
        EXPECT_EQ(words(machine_.step(Expired{}, now_)), "") << name_of(state);
        EXPECT_EQ(machine_.state(), state);
    }
}

TEST_F(MachineTest, ACheckThatDoesNotEndIsRefused) {
    reach(State::Checking);
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kCheckLimit);
    EXPECT_EQ(expire(), "refuse");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(record().outcome, Outcome::TimedOut);
    EXPECT_NE(record().error, "");
}

TEST_F(MachineTest, AHookThatDoesNotAnswerIsStuckAndRefuses) {
    reach(State::Preparing);
    EXPECT_EQ(expire(), "refuse, persist, post a");
    EXPECT_EQ(record().outcome, Outcome::Refused);
    EXPECT_EQ(record().hooks.back().result, "stuck");
    EXPECT_EQ(record().error, "hook a hangs in the kernel and cannot be ended");
}

TEST_F(MachineTest, AnAlarmThatTakesTooLongIsTakenAway) {
    reach(State::Arming);
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kArmLimit);
    chosen();
    EXPECT_EQ(expire(), "refuse, disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::TimedOut);
}

TEST_F(MachineTest, OutputThatDoesNotLeaveHoldsNobodyUp) {
    reach(State::Flushing);
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kFlushLimit);
    EXPECT_EQ(expire(), "persist, sleep");
    EXPECT_EQ(machine_.state(), State::Asleep);
}

TEST_F(MachineTest, ADeadlineThatPassedAsleepIsNoTimeOut) {
    reach(State::Asleep);
    now_ += 3h;
    EXPECT_EQ(step(Expired{}), "");
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kReturnGrace);
    EXPECT_EQ(returned(slept_for(3h)), "persist, refresh");
}

TEST_F(MachineTest, TheSecondDeadlineGivesTheKernelUp) {
    reach(State::Asleep);
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kSleepLimit);
    EXPECT_EQ(expire(), "");
    EXPECT_EQ(expire(), "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::TimedOut);
    EXPECT_NE(record().error, "");
}

TEST_F(MachineTest, ASecondDeadlineThatWasSleptThroughIsNoTimeOutEither) {
    reach(State::Asleep);
    expire();  // the kernel writes back for long
    now_ += 3h;
    EXPECT_EQ(step(Expired{}), "");
    EXPECT_EQ(expire(), "disarm, persist, post b");
}

TEST_F(MachineTest, AKernelThatHasNotReturnedRefusesWhatIsNewUntilItDoes) {
    reach(State::Asleep);
    const Serial write = serial();
    expire();
    expire();
    while (machine_.state() != State::Idle) hook();
    EXPECT_EQ(step(requested()), "refuse");
    EXPECT_EQ(step(RehearsalRequested{}), "refuse");
    EXPECT_EQ(step(local()), "let");
    EXPECT_EQ(step(SleepReturned{write + 100, {}}), "");
    EXPECT_EQ(step(requested()), "refuse");
    EXPECT_EQ(step(SleepReturned{write, slept_for(1s)}), "");
    EXPECT_EQ(step(requested()), "inspect");
}

TEST_F(MachineTest, AKernelMayReturnWhileHooksAreUndone) {
    reach(State::Asleep);
    const Serial write = serial();
    expire();
    expire();
    EXPECT_EQ(step(SleepReturned{write, {}}), "");
    EXPECT_EQ(machine_.state(), State::Undoing);
    while (machine_.state() != State::Idle) hook();
    EXPECT_EQ(step(requested()), "inspect");
}

TEST_F(MachineTest, ARefreshThatDoesNotEndIsAProblemAndNoFailure) {
    reach(State::Refreshing);
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kRefreshLimit);
    EXPECT_EQ(expire(), "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().error, "");
    EXPECT_EQ(record().refresh.problems.size(), 1U);
}

TEST_F(MachineTest, APostHookThatDoesNotEndIsLeftBehind) {
    reach(State::Undoing);
    EXPECT_EQ(machine_.deadline(), now_ + 15s + SuspendMachine::kHookGrace);
    EXPECT_EQ(expire(), "persist, post a");
    EXPECT_EQ(record().hooks.back().name, "b");
    EXPECT_EQ(record().hooks.back().phase, HookPhase::Post);
    EXPECT_EQ(record().hooks.back().result, "stuck");
    EXPECT_EQ(expire(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ARehearsalThatDoesNotEndRefusesWhatIsNewUntilItDoes) {
    step(RehearsalRequested{});
    EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kRehearsalLimit);
    EXPECT_EQ(expire(), "refuse");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(step(requested()), "refuse");
    EXPECT_EQ(step(Rehearsed{serial()}), "");
    EXPECT_EQ(step(requested()), "inspect");
}

TEST_F(MachineTest, StaleAnswersChangeNothingInAnyState) {
    const auto answers = [](Serial serial) {
        return std::vector<SuspendEvent>{Inspected{serial, {}, hooks_of({"x"}), {}},
                                         HookFinished{serial, {}},
                                         AlarmChosen{serial, 5, ""},
                                         AlarmArmed{serial, ""},
                                         OutputFlushed{serial},
                                         SleepReturned{serial, slept_for(1s)},
                                         Refreshed{serial, {}},
                                         Rehearsed{serial}};
    };
    const auto ignores_all = [&](State state) {
        for (const Serial wrong : {0, 1, serial() - 1, serial() + 1}) {
            if (wrong == serial()) continue;
            for (const SuspendEvent& event : answers(wrong)) {
                EXPECT_EQ(words(machine_.step(event, now_)), "") << name_of(state) << wrong;
                EXPECT_EQ(machine_.state(), state) << event.index();
            }
        }
    };
    for (const State state : kBusy) {
        machine_ = {};
        reach(state);
        ignores_all(state);
    }
    machine_ = {};
    step(RehearsalRequested{});
    ignores_all(State::Rehearsing);
    machine_ = {};
    reach_locally(State::Asleep);
    ignores_all(State::Asleep);
    machine_ = {};
    ignores_all(State::Idle);
}

TEST_F(MachineTest, AnAnswerOfAnotherKindIsNone) {
    reach(State::Asleep);
    EXPECT_EQ(step(Refreshed{serial(), {}}), "");
    EXPECT_EQ(step(HookFinished{serial(), {}}), "");
    EXPECT_EQ(machine_.state(), State::Asleep);
}

}  // namespace
}  // namespace hypnos::agent::test
