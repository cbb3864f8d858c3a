// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a new agent does with the marker of another.

#include "tests/unit/agent/core/machine_driver.hpp"

namespace hypnos::agent::test {
namespace {

using Stage = Marker::Stage;

Marker marker_of(Stage stage, SleepMode mode = SleepMode::Ram,
                 Initiator initiator = Initiator::Host) {
    Marker marker;
    marker.stage = stage;
    marker.record.request = request_of(initiator);
    marker.record.request.mode = mode;
    marker.record.phases = {{"requested", BootTime(5)}};
    marker.undo = hooks_of({"a", "b"});
    marker.alarm = 1700000000;
    marker.restore_mem_sleep = "s2idle";
    marker.restore_disk = "platform";
    return marker;
}

Recovered recovered(const Marker& marker, bool same_boot, const SleepResult& since = {}) {
    return {marker, same_boot, since, ""};
}

TEST_F(MachineTest, WhoDiedPreparingUndoesAndSaysThatNothingSlept) {
    const Recovered event = recovered(marker_of(Stage::Preparing), true, slept_for(1s));
    EXPECT_EQ(step(event), "put-back, disarm, persist, post b");
    EXPECT_EQ(only<PutBack>().mem_sleep, "s2idle");
    EXPECT_EQ(only<PutBack>().disk, "platform");
    EXPECT_EQ(only<DisarmAlarm>().at, 1700000000);
    EXPECT_EQ(machine_.marker().stage, Stage::Returned);
    EXPECT_EQ(machine_.marker().undo.size(), 2U);
    EXPECT_EQ(machine_.marker().restore_disk, "");
    EXPECT_EQ(hook(), "persist, post a");
    EXPECT_EQ(hook(), "persist, report, forget");
    EXPECT_EQ(record().outcome, Outcome::Failed);
    EXPECT_EQ(record().error, "the agent was ended while it prepared the sleep; nothing slept");
    EXPECT_EQ(phases(), (std::vector<std::string>{"requested", "finished"}));
}

TEST_F(MachineTest, WhoDiedAskingTheKernelLooksWhetherItSlept) {
    EXPECT_EQ(step(recovered(marker_of(Stage::Entering), true, slept_for(2s))),
              "put-back, persist, refresh");
    EXPECT_EQ(refreshed(), "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Slept);
    EXPECT_EQ(record().slept, 2s);
    EXPECT_EQ(record().error, "");
}

TEST_F(MachineTest, WithoutEvidenceNothingSlept) {
    EXPECT_EQ(step(recovered(marker_of(Stage::Entering), true)),
              "put-back, disarm, persist, post b");
    EXPECT_NE(record().outcome, Outcome::Slept);
    EXPECT_NE(record().error.find("nothing shows that the guest slept"), std::string::npos);
}

TEST_F(MachineTest, AnImageThatWasNotResumedFromIsLost) {
    for (const SleepMode mode : {SleepMode::Disk, SleepMode::Hybrid}) {
        machine_ = {};
        Recovered event = recovered(marker_of(Stage::Entering, mode), false, slept_for(1s));
        event.why_lost = "no resume= on the command line";
        EXPECT_EQ(step(event), "disarm, persist, post b") << "no settings of another boot";
        EXPECT_EQ(record().outcome, Outcome::ImageLost);
        EXPECT_EQ(record().error,
                  "the guest has booted afresh after a disk sleep: its image was not resumed "
                  "from (no resume= on the command line)");
    }
}

TEST_F(MachineTest, ASleepInRamThatEndsInAnotherBootFailed) {
    EXPECT_EQ(step(recovered(marker_of(Stage::Entering), false)), "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Failed);
    EXPECT_EQ(record().error, "the guest was restarted in the middle of the sleep");
}

TEST_F(MachineTest, WhatWasOnlyPreparedInAnotherBootHadNoImage) {
    EXPECT_EQ(step(recovered(marker_of(Stage::Preparing, SleepMode::Disk), false)),
              "disarm, persist, post b");
    EXPECT_EQ(record().outcome, Outcome::Failed);
}

TEST_F(MachineTest, WhatHadReturnedStands) {
    for (const bool same_boot : {true, false}) {
        machine_ = {};
        Marker marker = marker_of(Stage::Returned, SleepMode::Disk);
        marker.record.outcome = Outcome::Cancelled;
        marker.record.error = "cancelled by the host";
        EXPECT_EQ(step(recovered(marker, same_boot, slept_for(1s))),
                  same_boot ? "put-back, disarm, persist, post b" : "disarm, persist, post b");
        EXPECT_EQ(record().outcome, Outcome::Cancelled);
        EXPECT_EQ(record().error, "cancelled by the host");
    }
}

TEST_F(MachineTest, ARefreshThatDidNotEndIsDoneAgainInTheSameBoot) {
    Marker marker = marker_of(Stage::Returned);
    marker.record.outcome = Outcome::Slept;
    EXPECT_EQ(step(recovered(marker, true)), "put-back, persist, refresh");
    machine_ = {};
    EXPECT_EQ(step(recovered(marker, false)), "disarm, persist, post b");
    machine_ = {};
    marker.record.phases.push_back({"refreshed", BootTime(9)});
    EXPECT_EQ(step(recovered(marker, true)), "put-back, disarm, persist, post b");
}

TEST_F(MachineTest, ALocalSleepComesWhetherTheAgentIsReadyOrNot) {
    const Marker marker = marker_of(Stage::Preparing, SleepMode::Ram, Initiator::Local);
    EXPECT_EQ(step(recovered(marker, true, slept_for(1s))), "put-back, persist, refresh");
    EXPECT_EQ(record().outcome, Outcome::Slept);
    machine_ = {};
    EXPECT_EQ(step(recovered(marker, true)), "put-back, disarm, persist, post b");
    EXPECT_NE(record().error, "");
}

TEST_F(MachineTest, WithNothingToUndoTheReportFollowsAtOnce) {
    Marker marker = marker_of(Stage::Entering);
    marker.undo.clear();
    marker.alarm.reset();
    EXPECT_EQ(step(recovered(marker, true)), "put-back, persist, report, forget");
    EXPECT_EQ(machine_.state(), State::Idle);
}

TEST_F(MachineTest, WhatIsRecoveredIsNobodysToCancelOrToAnswer) {
    step(recovered(marker_of(Stage::Preparing), true));
    EXPECT_FALSE(machine_.cancellable());
    EXPECT_EQ(words(machine_.step(requested(), now_)), "refuse");
    EXPECT_EQ(words(machine_.step(recovered(marker_of(Stage::Preparing), true), now_)), "");
    EXPECT_EQ(expire(), "persist, post a");
    EXPECT_EQ(expire(), "persist, report, forget");
}

TEST_F(MachineTest, AMarkerHoldsExactlyWhatIsNotUndone) {
    reach(State::Preparing);
    EXPECT_EQ(machine_.marker().undo.size(), 1U) << "before its pre has ended";
    EXPECT_EQ(machine_.marker().stage, Stage::Preparing);
    hook();
    EXPECT_EQ(machine_.marker().undo.size(), 2U);
    hook();
    EXPECT_EQ(machine_.marker().alarm, std::nullopt);
    chosen();
    EXPECT_EQ(machine_.marker().alarm, kAlarm);
    armed();
    EXPECT_EQ(machine_.marker().stage, Stage::Preparing);
    flushed();
    EXPECT_EQ(machine_.marker().stage, Stage::Entering);
    returned();
    EXPECT_EQ(machine_.marker().stage, Stage::Returned);
    EXPECT_EQ(machine_.marker().alarm, kAlarm);
    refreshed();
    EXPECT_EQ(machine_.marker().alarm, std::nullopt);
    hook();
    EXPECT_EQ(machine_.marker().undo.size(), 1U);
}

}  // namespace
}  // namespace hypnos::agent::test
