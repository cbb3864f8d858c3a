// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/outcome_judge.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTransaction = "11111111-2222-3333-4444-555555555555";
constexpr const char* kBoot = "boot-1";

SleepQuestion question(SleepMode mode) {
    return {.mode = mode,
            .transaction = kTransaction,
            .boot_id = kBoot,
            .wake_after = {},
            .qemu_watched = true,
            .requested_at = 1s};
}

SleepQuestion unwatched(SleepMode mode) {
    SleepQuestion result = question(mode);
    result.qemu_watched = false;
    return result;
}

Json record(const char* outcome, std::int64_t slept_ms = 5000) {
    return Json::object({{"transaction", kTransaction},
                         {"boot-id", kBoot},
                         {"outcome", outcome},
                         {"slept-ms", slept_ms}});
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void expect_verdict(const OutcomeJudge& judge, Outcome outcome, const std::string& part) {
    ASSERT_TRUE(judge.verdict());
    EXPECT_EQ(judge.verdict()->outcome, outcome) << judge.verdict()->text;
    EXPECT_PRED2(has, judge.verdict()->text, part);
}

TEST(OutcomeJudge, SuspendProvesASleepInRam) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Hybrid}) {
        OutcomeJudge judge(question(mode));
        judge.add(AgentAccepted{}, 1s + 10ms);
        EXPECT_FALSE(judge.verdict());
        judge.add(QemuReported{PowerEvent::Suspend}, 1s + 34ms);
        expect_verdict(judge, Outcome::Slept, "QEMU reported SUSPEND 34 ms after the request");
    }
}

TEST(OutcomeJudge, ASleepThatTheAgentRefusedWasSomebodyElses) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(QemuReported{PowerEvent::Suspend}, 2s);
    EXPECT_FALSE(judge.verdict());
    EXPECT_TRUE(judge.asleep());
    judge.add(AgentSaidNo{refusal("another suspend is under way")}, 3s);
    expect_verdict(judge, Outcome::Refused, "another suspend");
}

TEST(OutcomeJudge, AnAcceptanceMayComeBehindTheProofOrNotAtAll) {
    OutcomeJudge behind(question(SleepMode::Ram)), never(question(SleepMode::Ram));
    for (OutcomeJudge* judge : {&behind, &never}) judge->add(QemuReported{PowerEvent::Suspend}, 2s);
    behind.add(AgentAccepted{}, 3s);
    expect_verdict(behind, Outcome::Slept, "QEMU reported SUSPEND");
    never.add(DeadlinePassed{}, 3s);
    expect_verdict(never, Outcome::Slept, "did not accept");
}

TEST(OutcomeJudge, ARecordOfTheSleepIsAsGoodAsTheAcceptance) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(QemuReported{PowerEvent::Suspend}, 2s);
    judge.add(AgentRecord{record("slept")}, 3s);
    expect_verdict(judge, Outcome::Slept, "QEMU reported SUSPEND");
}

TEST(OutcomeJudge, AForeignAgentDoesNotAccept) {
    SleepQuestion foreign = question(SleepMode::Ram);
    foreign.agent_accepts = false;
    OutcomeJudge judge(foreign);
    judge.add(QemuReported{PowerEvent::Suspend}, 2s);
    expect_verdict(judge, Outcome::Slept, "SUSPEND");
}

TEST(OutcomeJudge, TheRunStateProvesASleepInRam) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentAccepted{}, 1s + 10ms);
    judge.add(QemuState{"running"}, 2s);
    EXPECT_FALSE(judge.verdict());
    judge.add(QemuState{"suspended"}, 3s);
    expect_verdict(judge, Outcome::Slept, "suspended");
}

TEST(OutcomeJudge, SuspendDoesNotProveASleepOnDisk) {
    OutcomeJudge judge(question(SleepMode::Disk));
    judge.add(QemuReported{PowerEvent::Suspend}, 2s);
    EXPECT_FALSE(judge.verdict());
}

TEST(OutcomeJudge, SuspendDiskAndPowerOffProveASleepOnDisk) {
    for (const Evidence& off : {Evidence(QemuReported{PowerEvent::Shutdown}),
                                Evidence(QemuClosed{}), Evidence(QemuState{"shutdown"})}) {
        OutcomeJudge judge(question(SleepMode::Disk));
        judge.add(QemuReported{PowerEvent::SuspendDisk}, 2s);
        EXPECT_FALSE(judge.verdict()) << "the machine is still on";
        judge.add(off, 3s);
        expect_verdict(judge, Outcome::Slept, "SUSPEND_DISK");
    }
}

TEST(OutcomeJudge, PowerOffAloneLosesTheGuest) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid}) {
        for (const Evidence& off :
             {Evidence(QemuReported{PowerEvent::Shutdown}), Evidence(QemuClosed{})}) {
            OutcomeJudge judge(question(mode));
            judge.add(AgentAccepted{}, 2s);
            judge.add(off, 3s);
            expect_verdict(judge, Outcome::ShutOffWithoutImage, "boot afresh");
        }
    }
}

TEST(OutcomeJudge, TheAgentsNo) {
    OutcomeJudge refused(question(SleepMode::Disk));
    refused.add(AgentSaidNo{refusal("no swap")}, 2s);
    expect_verdict(refused, Outcome::Refused, "no swap");

    OutcomeJudge failed(question(SleepMode::Disk));
    failed.add(AgentSaidNo{Error{ErrorCode::Generic, "a bug"}}, 2s);
    expect_verdict(failed, Outcome::Failed, "a bug");
}

TEST(OutcomeJudge, TheAgentsNoMayNameItsOutcome) {
    const auto said = [](const char* outcome) {
        OutcomeJudge judge(question(SleepMode::Disk));
        const Json data = Json::object({{"outcome", outcome}});
        judge.add(AgentSaidNo{Error{ErrorCode::Generic, "no", data}}, 2s);
        return judge.verdict()->outcome;
    };
    EXPECT_EQ(said("cancelled"), Outcome::Cancelled);
    EXPECT_EQ(said("timed-out"), Outcome::TimedOut);
    EXPECT_EQ(said("slept"), Outcome::Failed) << "an error is no proof of that";
}

TEST(OutcomeJudge, OnlyAnotherBootCanTellThatTheImageWasLost) {
    Json lost = record("image-lost");
    lost.set("boot-id", "boot-2");
    OutcomeJudge judge(unwatched(SleepMode::Disk));
    judge.add(AgentRecord{lost}, 9s);
    expect_verdict(judge, Outcome::ImageLost, "record");
}

TEST(OutcomeJudge, TheAgentsRecordOfAFailure) {
    Json data = record("failed", 0);
    data.set("error", "the kernel refused")
        .set("errno", 16)
        .set("step", "suspend_late")
        .set("device", "0000:00:03.0");
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentRecord{data}, 2s);
    expect_verdict(judge, Outcome::Failed,
                   "the kernel refused, step suspend_late, device 0000:00:03.0, errno 16");
}

TEST(OutcomeJudge, OtherOutcomesOfTheRecordStand) {
    for (const Outcome outcome :
         {Outcome::Cancelled, Outcome::Refused, Outcome::S2idle, Outcome::WokeEarly}) {
        OutcomeJudge judge(question(SleepMode::Ram));
        judge.add(AgentRecord{record(std::string(name_of(outcome)).c_str())}, 2s);
        expect_verdict(judge, outcome, "record");
    }
}

TEST(OutcomeJudge, TheRecordProvesASleepThatNobodyElseSaw) {
    OutcomeJudge judge(unwatched(SleepMode::Ram));
    judge.add(AgentRecord{record("slept")}, 9s);
    expect_verdict(judge, Outcome::Slept, "slept 5.0 s and is awake again");
}

TEST(OutcomeJudge, ASleepThatQemuShouldHaveSeenIsNotBelieved) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentRecord{record("slept")}, 9s);
    expect_verdict(judge, Outcome::Failed, "never slept");
}

TEST(OutcomeJudge, ClearlyShorterThanTheAlarmIsWokeEarly) {
    SleepQuestion timed = unwatched(SleepMode::Ram);
    timed.wake_after = 10s;
    OutcomeJudge early(timed);
    early.add(AgentRecord{record("slept", 7900)}, 9s);
    expect_verdict(early, Outcome::WokeEarly, "10.0 s");

    OutcomeJudge in_time(timed);
    in_time.add(AgentRecord{record("slept", 8100)}, 9s);
    expect_verdict(in_time, Outcome::Slept, "slept 8.1 s");
}

TEST(OutcomeJudge, TheTimeToWriteAnImageIsPartOfTheAlarm) {
    SleepQuestion timed = unwatched(SleepMode::Hybrid);
    timed.wake_after = 60s;
    Json data = record("slept", 20000);
    data.set("phases",
             Json::array({Json::object({{"name", "hooks-run"}, {"boottime-us", 1000000}}),
                          Json::object({{"name", "returned"}, {"boottime-us", 60900000}})}));
    OutcomeJudge judge(timed);
    judge.add(AgentRecord{data}, 90s);
    expect_verdict(judge, Outcome::Slept, "20.0 s");
}

TEST(OutcomeJudge, TimesThatCannotBeAreTakenAsMissing) {
    SleepQuestion timed = unwatched(SleepMode::Ram);
    timed.wake_after = 10s;
    for (const std::int64_t lie : {INT64_MAX, INT64_MIN}) {
        OutcomeJudge judge(timed);
        judge.add(AgentRecord{record("slept", lie)}, 9s);
        expect_verdict(judge, Outcome::Slept, "says that it slept and");
    }
}

TEST(OutcomeJudge, AClosedPortIsNotSuccess) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentAccepted{}, 1s + 5ms);
    judge.add(AgentClosed{}, 2s);
    EXPECT_FALSE(judge.verdict());
    judge.add(QemuState{"running"}, 31s);
    judge.add(DeadlinePassed{}, 31s);
    expect_verdict(judge, Outcome::TimedOut, "which proves nothing");
}

TEST(OutcomeJudge, OtherTransactionsAndBootsAreNoEvidence) {
    Json other = record("failed");
    other.set("transaction", "somebody else's");
    Json before = record("failed");
    before.set("boot-id", "boot-0");
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentRecord{other}, 2s);
    judge.add(AgentRecord{before}, 2s);
    judge.add(AgentRecord{record("no such outcome")}, 2s);
    judge.add(AgentRecord{Json("not even an object")}, 2s);
    judge.add(AgentRecord{{}}, 2s);
    EXPECT_FALSE(judge.verdict());
}

TEST(OutcomeJudge, AForeignAgentHasNoRecords) {
    SleepQuestion foreign = unwatched(SleepMode::Ram);
    foreign.boot_id = "";
    OutcomeJudge judge(foreign);
    judge.add(AgentRecord{record("slept")}, 2s);
    EXPECT_FALSE(judge.verdict());
}

TEST(OutcomeJudge, TheDeadlineTellsWhatWasSeenAndWhatNot) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentAccepted{}, 1s);
    judge.add(QemuState{"running"}, 31s);
    judge.add(DeadlinePassed{}, 31s);
    expect_verdict(judge, Outcome::TimedOut,
                   "the agent accepted 30.0 s ago; QEMU says running; no SUSPEND came");
    EXPECT_PRED2(has, judge.verdict()->text, "s2idle");
}

TEST(OutcomeJudge, TheDeadlineOfAnAgentThatDidNotAnswer) {
    OutcomeJudge judge(unwatched(SleepMode::Ram));
    judge.add(DeadlinePassed{}, 31s);
    expect_verdict(judge, Outcome::TimedOut, "the agent did not answer the request");
    EXPECT_PRED2(has, judge.verdict()->text, "qmp=");
}

TEST(OutcomeJudge, TheDeadlineOfAnImageWithoutPowerOff) {
    OutcomeJudge judge(question(SleepMode::Disk));
    judge.add(QemuReported{PowerEvent::SuspendDisk}, 2s);
    judge.add(DeadlinePassed{}, 61s);
    expect_verdict(judge, Outcome::TimedOut, "no SHUTDOWN came");
    EXPECT_PRED2(has, judge.verdict()->text, "start the guest again");
}

TEST(OutcomeJudge, TheFirstProofStands) {
    OutcomeJudge judge(question(SleepMode::Ram));
    judge.add(AgentAccepted{}, 1s + 10ms);
    judge.add(QemuReported{PowerEvent::Suspend}, 2s);
    judge.add(QemuReported{PowerEvent::Wakeup}, 3s);
    judge.add(AgentRecord{record("failed")}, 4s);
    judge.add(QemuClosed{}, 5s);
    judge.add(DeadlinePassed{}, 6s);
    expect_verdict(judge, Outcome::Slept, "SUSPEND");
}

}  // namespace
}  // namespace hypnos
