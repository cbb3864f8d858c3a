// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A request from the check to the report.

#include "agent/core/suspend_machine.hpp"

#include <cerrno>

#include "tests/unit/agent/core/machine_driver.hpp"

namespace hypnos::agent::test {
namespace {

Finding finding(Severity severity) { return {"pm.x", severity, "/sys/power/disk", "do this"}; }

TEST_F(MachineTest, WithoutHooksOneStepLeadsToTheNext) {
    EXPECT_EQ(step(requested()), "inspect");
    EXPECT_EQ(machine_.state(), State::Checking);
    EXPECT_EQ(inspected(), "persist, accept, announce, flush");
    EXPECT_EQ(machine_.state(), State::Flushing);
    EXPECT_EQ(flushed(), "persist, sleep");
    EXPECT_EQ(machine_.state(), State::Asleep);
    EXPECT_EQ(returned(slept_for(2s)), "persist, refresh");
    EXPECT_EQ(machine_.state(), State::Refreshing);
    EXPECT_EQ(refreshed(), "persist, report, forget");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(machine_.deadline(), std::nullopt);
    EXPECT_EQ(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().slept, 2s);
    EXPECT_EQ(record().error, "");
    EXPECT_EQ(phases(), (std::vector<std::string>{"requested", "checked", "hooks-run", "entering",
                                                  "returned", "refreshed", "finished"}));
}

TEST_F(MachineTest, HooksRunInOrderAndBackInReverse) {
    step(requested());
    EXPECT_EQ(inspected({"a", "b", "c"}), "persist, pre a");
    EXPECT_EQ(machine_.state(), State::Preparing);
    EXPECT_EQ(hook(), "persist, pre b");
    EXPECT_EQ(hook(), "persist, pre c");
    EXPECT_EQ(hook(), "persist, accept, announce, flush");
    EXPECT_EQ(flushed(), "persist, sleep");
    EXPECT_EQ(returned(), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, post c");
    EXPECT_EQ(machine_.state(), State::Undoing);
    EXPECT_EQ(hook(), "persist, post b");
    EXPECT_EQ(hook("failed", 9), "persist, post a");
    EXPECT_EQ(hook("timed-out", 124), "persist, report, forget");
    EXPECT_EQ(record().hooks.size(), 6U);
    EXPECT_EQ(record().outcome, Outcome::Slept) << "post hooks change nothing";
}

TEST_F(MachineTest, ThePlanAndTheModeGoWhereTheyAreNeeded) {
    plan_.mode = SleepMode::Disk;
    plan_.restore_disk = "platform";
    Requested event = requested();
    event.request.mode = SleepMode::Disk;
    step(event);
    EXPECT_EQ(only<Inspect>().request.mode, SleepMode::Disk);
    inspected();
    flushed();
    EXPECT_EQ(only<EnterSleep>().plan.mode, SleepMode::Disk);
    EXPECT_EQ(machine_.marker().restore_disk, "platform");
    returned();
    EXPECT_EQ(only<Refresh>().mode, SleepMode::Disk);
}

TEST_F(MachineTest, ABlockerRefusesAndNothingStarts) {
    step(requested());
    EXPECT_EQ(inspected({"a"}, {finding(Severity::Warn), finding(Severity::Block)}), "refuse");
    const Error error = only<Refuse>().error;
    EXPECT_EQ(error.message, "cannot suspend (pm.x, /sys/power/disk): do this");
    EXPECT_EQ(error.data["finding"]["code"], Json("pm.x"));
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(record().outcome, Outcome::Refused);
    EXPECT_EQ(record().error, error.message);
}

TEST_F(MachineTest, WarningsAreKeptAndDoNotStopIt) {
    step(requested());
    EXPECT_EQ(inspected({"a"}, {finding(Severity::Warn)}), "persist, pre a");
    ASSERT_EQ(record().warnings.size(), 1U);
    EXPECT_EQ(record().warnings[0].code, "pm.x");
}

TEST_F(MachineTest, AVetoIsToldAtOnceAndUndoesWhatWasStarted) {
    step(requested());
    inspected({"a", "b", "c"});
    hook();
    const RunHook run = std::get<RunHook>(question_);
    HookReport report{"b", HookPhase::Pre, "failed", 75, {}, "not now", 30s};
    EXPECT_EQ(step(HookFinished{run.serial, report}), "refuse, persist, post b");
    EXPECT_EQ(only<Refuse>().error.message,
              "suspend refused: hook b refused with status 75 and asks to be tried again in 30 s: "
              "not now");
    EXPECT_EQ(only<Refuse>().error.code, ErrorCode::Refused);
    EXPECT_EQ(only<Refuse>().error.data["outcome"], Json("refused"));
    EXPECT_EQ(hook(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Refused);
    EXPECT_NE(record().error, "");
}

struct Veto {
    OnFailure on_failure;
    bool force;
    const char* result;
    bool stops;
};
class VetoTest : public MachineTest, public testing::WithParamInterface<Veto> {};

TEST_P(VetoTest, StopsTheSleepOrNot) {
    Requested event = requested();
    event.request.force = GetParam().force;
    step(event);
    const Hook a{"a", "/a", GetParam().on_failure};
    step(Inspected{serial(), {}, {a}, {}});
    EXPECT_EQ(hook(GetParam().result, 1),
              GetParam().stops ? "refuse, persist, post a" : "persist, accept, announce, flush");
}

INSTANTIATE_TEST_SUITE_P(Table, VetoTest,
                         testing::Values(Veto{OnFailure::Abort, false, "failed", true},
                                         Veto{OnFailure::Abort, true, "failed", false},
                                         Veto{OnFailure::Abort, false, "timed-out", true},
                                         Veto{OnFailure::Abort, true, "timed-out", false},
                                         Veto{OnFailure::Abort, true, "stuck", true},
                                         Veto{OnFailure::Continue, false, "failed", false},
                                         Veto{OnFailure::Continue, false, "timed-out", false},
                                         Veto{OnFailure::Continue, false, "stuck", true},
                                         Veto{OnFailure::Continue, true, "stuck", true},
                                         Veto{OnFailure::Required, false, "failed", true},
                                         Veto{OnFailure::Required, true, "failed", true},
                                         Veto{OnFailure::Required, true, "timed-out", true},
                                         Veto{OnFailure::Required, true, "ok", false}));

TEST_F(MachineTest, AHookGetsNoMoreTimeThanItsLimitAndTheRestOfTheBudget) {
    Requested event = requested();
    event.request.hooks_budget = 20s;
    step(event);
    now_ += 1s;  // the check counts
    inspected({"a", "b", "c"});
    EXPECT_EQ(only<RunHook>().limit, 15s);
    EXPECT_EQ(machine_.deadline(), now_ + 15s + SuspendMachine::kHookGrace);
    now_ += 13s;
    hook();
    EXPECT_EQ(only<RunHook>().limit, 6s);
    now_ += 6s;
    EXPECT_EQ(hook(), "refuse, persist, post b");
    EXPECT_EQ(only<RunHook>().limit, 15s) << "post hooks have their limit whatever the budget";
    EXPECT_EQ(record().outcome, Outcome::Refused);
}

TEST_F(MachineTest, TheBudgetIsForHooksAndNotForTheSleep) {
    step(requested());
    inspected({"a"});
    now_ += 61s;  // the hook was the last one and has finished
    EXPECT_EQ(hook(), "persist, accept, announce, flush");
}

TEST_F(MachineTest, AnAlarmIsArmedAfterTheHooksAndDisarmedAfterTheSleep) {
    Requested event = requested();
    event.request.wake_after = 1500ms;
    step(event);
    EXPECT_EQ(inspected({"a"}), "persist, pre a");
    EXPECT_EQ(hook(), "choose");
    EXPECT_EQ(only<ChooseAlarm>().delay, 1500ms);
    EXPECT_EQ(machine_.state(), State::Arming);
    EXPECT_EQ(chosen(), "persist, arm");
    EXPECT_EQ(machine_.marker().alarm, kAlarm);
    EXPECT_EQ(only<ArmAlarm>().at, kAlarm);
    EXPECT_EQ(armed(), "persist, accept, announce, flush");
    flushed();
    EXPECT_EQ(returned(), "persist, refresh");
    EXPECT_EQ(refreshed(), "disarm, persist, post a");
    EXPECT_EQ(only<DisarmAlarm>().at, kAlarm);
    EXPECT_EQ(machine_.marker().alarm, std::nullopt);
}

TEST_F(MachineTest, WithoutItsAlarmNobodySleeps) {
    reach(State::Arming);
    EXPECT_EQ(chosen("no RTC"), "refuse, persist, post b");
    EXPECT_EQ(only<Refuse>().error.message, "suspend refused: no RTC");
    EXPECT_EQ(record().outcome, Outcome::Refused);
    reach(State::Undoing);
}

TEST_F(MachineTest, AnAlarmThatCouldNotBeSetIsNotDisarmed) {
    reach(State::Arming);
    chosen();
    EXPECT_EQ(armed("no RTC"), "refuse, persist, post b");
    EXPECT_EQ(record().error, "no RTC");
}

TEST_F(MachineTest, AKernelThatRefusesIsAFailureWithItsReason) {
    reach(State::Asleep);
    SleepResult result;
    result.os_error = EBUSY;
    result.failed_file = "/sys/power/state";
    result.step = "suspend";
    result.device = "vda";
    result.tasks = {{"cp", 7}};
    EXPECT_EQ(returned(result), "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Failed);
    EXPECT_EQ(record().os_error, EBUSY);
    EXPECT_EQ(record().step, "suspend");
    EXPECT_EQ(record().device, "vda");
    EXPECT_EQ(record().tasks, result.tasks);
    EXPECT_NE(record().error.find("/sys/power/state"), std::string::npos) << record().error;
}

TEST_F(MachineTest, AReturnWithoutProofOfSleepIsNone) {
    reach(State::Asleep);
    EXPECT_EQ(returned({}), "disarm, persist, post b");
    EXPECT_NE(record().outcome, Outcome::Slept);
    EXPECT_NE(record().error, "");
}

TEST_F(MachineTest, AShallowSleepIsRefreshedAsADeepOne) {
    reach(State::Asleep);
    SleepResult result = slept_for(1s);
    result.deep = false;
    result.wake_reason = "rtc0";
    EXPECT_EQ(returned(result), "persist, refresh");
    EXPECT_EQ(record().outcome, Outcome::S2idle);
    EXPECT_EQ(record().wake_reason, "rtc0");
    EXPECT_EQ(record().error, "");
}

TEST_F(MachineTest, WhatTheRefreshDidIsInTheRecord) {
    reach(State::Refreshing);
    RefreshReport report;
    report.clock_source = "/dev/rtc0";
    step(Refreshed{serial(), report});
    EXPECT_EQ(record().refresh.clock_source, "/dev/rtc0");
}

TEST_F(MachineTest, ASecondRequestIsRefusedInEveryBusyState) {
    Requested second = requested();
    second.request.transaction = "second";
    for (const State state : {State::Checking, State::Preparing, State::Arming, State::Flushing,
                              State::Asleep, State::Refreshing, State::Undoing}) {
        machine_ = {};
        reach(state);
        for (const SuspendEvent& event :
             {SuspendEvent(second), SuspendEvent(RehearsalRequested{})}) {
            EXPECT_EQ(words(machine_.step(event, now_)), "refuse") << name_of(state);
            EXPECT_EQ(machine_.state(), state);
            EXPECT_EQ(record().request.transaction, "tx");
        }
    }
}

TEST_F(MachineTest, ANewTransactionBeginsWithAnEmptyRecord) {
    reach(State::Preparing);
    hook("failed", 1);
    hook();
    ASSERT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(step(requested()), "inspect");
    EXPECT_EQ(record().error, "");
    EXPECT_TRUE(record().hooks.empty());
    EXPECT_EQ(phases(), std::vector<std::string>{"requested"});
    EXPECT_EQ(inspected(), "persist, accept, announce, flush");
    EXPECT_EQ(flushed(), "persist, sleep");
    EXPECT_EQ(returned(), "persist, refresh");
    EXPECT_EQ(refreshed(), "persist, report, forget");
}

TEST_F(MachineTest, ARehearsalStandsForItself) {
    EXPECT_EQ(step(RehearsalRequested{}), "rehearse");
    EXPECT_EQ(machine_.state(), State::Rehearsing);
    EXPECT_EQ(words(machine_.step(requested(), now_)), "refuse");
    EXPECT_EQ(words(machine_.step(RehearsalRequested{}, now_)), "refuse");
    EXPECT_EQ(words(machine_.step(local(), now_)), "let");
    EXPECT_EQ(words(machine_.step(ended(), now_)), "");
    EXPECT_EQ(step(Rehearsed{serial()}), "");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(step(requested()), "inspect");
}

TEST(StateNames, AreAllDifferent) {
    EXPECT_EQ(name_of(State::Idle), "idle");
    EXPECT_EQ(name_of(State::Checking), "checking");
    EXPECT_EQ(name_of(State::Preparing), "preparing");
    EXPECT_EQ(name_of(State::Arming), "arming");
    EXPECT_EQ(name_of(State::Flushing), "flushing");
    EXPECT_EQ(name_of(State::Asleep), "asleep");
    EXPECT_EQ(name_of(State::Refreshing), "refreshing");
    EXPECT_EQ(name_of(State::Undoing), "undoing");
    EXPECT_EQ(name_of(State::Rehearsing), "rehearsing");
}

}  // namespace
}  // namespace hypnos::agent::test
