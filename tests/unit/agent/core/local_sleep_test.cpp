// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sleeps that somebody else starts: announced, called off, over too early, noticed afterwards.

#include "tests/unit/agent/core/machine_driver.hpp"

namespace hypnos::agent::test {
namespace {

TEST_F(MachineTest, ALocalSleepIsPreparedThenLetGoThenUndone) {
    EXPECT_EQ(step(local()), "inspect");
    EXPECT_EQ(inspected({"a", "b"}), "persist, pre a");
    EXPECT_EQ(hook(), "persist, pre b");
    EXPECT_EQ(hook(), "persist, announce, flush");
    EXPECT_EQ(flushed(), "persist, let");
    EXPECT_EQ(machine_.state(), State::Asleep);
    EXPECT_EQ(machine_.marker().stage, Marker::Stage::Entering);
    EXPECT_EQ(step(ended(slept_for(2s))), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, post b");
    EXPECT_EQ(hook(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().slept, 2s);
    EXPECT_EQ(record().request.transaction, "tx");
}

TEST_F(MachineTest, NeitherBlockersNorVetoesStopALocalSleep) {
    step(local());
    EXPECT_EQ(inspected({"a", "b"}, {Finding{"pm.x", Severity::Block, "", ""}}), "persist, pre a");
    EXPECT_EQ(record().warnings.size(), 1U);
    EXPECT_EQ(hook("failed", 1), "persist, pre b");
    EXPECT_EQ(hook("stuck"), "persist, announce, flush");
}

TEST_F(MachineTest, AHookThatDoesNotAnswerDoesNotStopALocalSleep) {
    reach_locally(State::Preparing);
    EXPECT_EQ(expire(), "persist, pre b");
    EXPECT_EQ(record().hooks.back().result, "stuck");
    now_ += 60s;
    EXPECT_EQ(step(Expired{}), "") << "the time may have been slept through";
    EXPECT_EQ(expire(), "persist, announce, flush");
}

TEST_F(MachineTest, AHookIsNotStuckBecauseTheMachineSleptMeanwhile) {
    for (const State state : {State::Preparing, State::Undoing}) {
        reach(state);
        now_ += 1h;
        EXPECT_EQ(step(Expired{}), "");
        EXPECT_EQ(machine_.state(), state);
        EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kReturnGrace);
        machine_ = SuspendMachine();
    }
}

TEST_F(MachineTest, HooksThatALocalSleepHasNoTimeForAreLeftOut) {
    reach_locally(State::Preparing);
    now_ += 60s;
    EXPECT_EQ(hook(), "persist, announce, flush");
    flushed();
    step(ended());
    EXPECT_EQ(refreshed(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
}

TEST_F(MachineTest, ALocalSleepArmsNoAlarmAndIsNotTheHostsToCancel) {
    LocalSleepBegins event = local();
    event.request.wake_after = 5s;
    step(event);
    EXPECT_FALSE(machine_.cancellable());
    EXPECT_EQ(step(CancelRequested{}), "");
    EXPECT_EQ(inspected(), "persist, announce, flush");
    EXPECT_EQ(step(CancelRequested{}), "");
    EXPECT_EQ(machine_.state(), State::Flushing);
}

TEST_F(MachineTest, ACheckThatDoesNotEndLetsTheLocalSleepGo) {
    reach_locally(State::Checking);
    EXPECT_EQ(expire(), "let");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(step(ended()), "inspect") << "it came, unprepared, and is noticed";
}

TEST_F(MachineTest, WhoIsBusyLetsALocalSleepGoAtOnce) {
    for (const State state : {State::Checking, State::Preparing, State::Arming, State::Flushing,
                              State::Asleep, State::Refreshing, State::Undoing}) {
        machine_ = {};
        reach(state);
        EXPECT_EQ(words(machine_.step(local(), now_)), "let") << name_of(state);
        EXPECT_EQ(words(machine_.step(ended(), now_)), "") << name_of(state);
        EXPECT_EQ(machine_.state(), state);
    }
}

TEST_F(MachineTest, ALocalSleepThatIsCalledOffIsUndone) {
    reach_locally(State::Asleep);
    EXPECT_EQ(step(ended({})), "persist, post b");
    hook();
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_NE(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().error, "the sleep that was announced did not come");
}

TEST_F(MachineTest, ALocalSleepThatDoesNotComeIsUndone) {
    reach_locally(State::Asleep);
    EXPECT_EQ(expire(), "");
    EXPECT_EQ(expire(), "persist, post b");
    EXPECT_EQ(record().outcome, Outcome::TimedOut);
    EXPECT_EQ(record().error, "the sleep that was announced did not come");
    hook();
    hook();
    EXPECT_EQ(step(requested()), "inspect") << "no write of ours is under way";
}

TEST_F(MachineTest, ASleepThatWasOverBeforeTheCheckGetsPostOfAllHooks) {
    reach_locally(State::Checking);
    EXPECT_EQ(step(ended()), "");
    EXPECT_EQ(inspected({"a", "b"}), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ASleepThatWasOverBeforeACheckThatDoesNotEndIsReported) {
    reach_locally(State::Checking);
    step(ended());
    EXPECT_EQ(expire(), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, report, forget");
}

TEST_F(MachineTest, ASleepThatIsCalledOffInTheCheckDisturbsNothing) {
    reach_locally(State::Checking);
    EXPECT_EQ(step(ended({})), "");
    EXPECT_EQ(inspected({"a"}), "");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(record().error, "the sleep that was announced did not come");
}

TEST_F(MachineTest, ASleepThatWasOverWhileAHookRanUndoesThatHook) {
    reach_locally(State::Preparing);
    EXPECT_EQ(step(ended()), "stop");
    EXPECT_EQ(hook("failed", 143), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ASleepThatWasOverWhileAHookHungIsASleep) {
    reach_locally(State::Preparing);
    step(ended());
    EXPECT_EQ(expire(), "persist, refresh");
    EXPECT_EQ(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ASleepThatIsCalledOffWhileAHookRunsUndoesThatHook) {
    reach_locally(State::Preparing);
    EXPECT_EQ(step(ended({})), "stop");
    EXPECT_EQ(hook(), "persist, post a");
    EXPECT_NE(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ASleepThatWasOverWhileOutputLeftIsASleep) {
    reach_locally(State::Flushing);
    EXPECT_EQ(step(ended()), "persist, refresh");
    EXPECT_EQ(words(machine_.step(OutputFlushed{serial() - 1}, now_)), "");
}

TEST_F(MachineTest, TheFirstEndOfALocalSleepCounts) {
    for (const State state : {State::Checking, State::Preparing}) {
        machine_ = {};
        reach_locally(state);
        step(ended());
        EXPECT_EQ(words(machine_.step(ended({}), now_)), "") << name_of(state);
        EXPECT_EQ(answer(), "persist, refresh") << name_of(state);
    }
    machine_ = {};
    reach_locally(State::Asleep);
    step(ended());
    EXPECT_EQ(words(machine_.step(ended({}), now_)), "");
    EXPECT_EQ(record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, TheModeIsWhatTheSleepProvedToBe) {
    reach_locally(State::Asleep);
    LocalSleepEnded event = ended();
    event.request.mode = SleepMode::Disk;
    step(event);
    EXPECT_EQ(only<Refresh>().mode, SleepMode::Disk);
    EXPECT_EQ(record().request.mode, SleepMode::Disk);
}

TEST_F(MachineTest, ASleepThatNobodyAnnouncedIsNoticedAfterTheFact) {
    EXPECT_EQ(step(ended(slept_for(2s))), "inspect");
    EXPECT_EQ(record().request.transaction, "noticed");
    EXPECT_EQ(inspected({"a"}), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().slept, 2s);
}

TEST_F(MachineTest, NoSleepIsNothingToNotice) {
    EXPECT_EQ(step(ended({})), "");
    EXPECT_EQ(machine_.state(), State::Idle);
    reach_locally(State::Asleep);
    step(ended());
    while (machine_.state() != State::Idle) answer();
    EXPECT_EQ(step(ended({})), "") << "logind tells of it too";
}

}  // namespace
}  // namespace hypnos::agent::test
