// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/record.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

Record slept_record() {
    Record record;
    record.request.mode = SleepMode::Ram;
    record.request.initiator = Initiator::Host;
    record.request.transaction = "t";
    record.outcome = Outcome::Slept;
    record.slept = std::chrono::milliseconds(1500);
    record.phases = {{"requested", BootTime(10)}, {"finished", BootTime(20)}};
    record.hooks = {{"10-a", HookPhase::Pre, "ok", 0, std::chrono::milliseconds(3), ""},
                    {"10-a", HookPhase::Post, "failed", 4, std::chrono::milliseconds(5), "oh"}};
    return record;
}

TEST(Record, BeginsWithWhatForWhomAndWhen) {
    EXPECT_EQ(begun_json(slept_record()).dump(),
              R"({"transaction":"t","mode":"ram","initiator":"host","phases":[)"
              R"({"name":"requested","boottime-us":10},{"name":"finished","boottime-us":20}]})");
}

TEST(Record, EndsWithHowItWent) {
    const Json data = ended_json(slept_record());
    EXPECT_EQ(data["transaction"], Json("t"));
    EXPECT_EQ(data["outcome"], Json("slept"));
    EXPECT_EQ(data["slept-ms"], Json(1500));
    EXPECT_EQ(
        data["hooks"].dump(),
        R"([{"name":"10-a","phase":"pre","result":"ok","status":0,"ms":3},)"
        R"({"name":"10-a","phase":"post","result":"failed","status":4,"ms":5,"output":"oh"}])");
}

TEST(Record, EndsWithWhatWokeItAndWhatWasPutRight) {
    Record record = slept_record();
    record.wake_reason = "rtc";
    record.refresh = {.clock_step = std::chrono::milliseconds(-3600000),
                      .clock_source = "/dev/rtc0",
                      .reseeded = true,
                      .links = {"eth0", "eth1"},
                      .balloon_pages_lost = 14336,
                      .problems = {"oh"}};
    const Json data = ended_json(record);
    EXPECT_EQ(data["wake-reason"], Json("rtc"));
    EXPECT_EQ(data["clock-step-ms"], Json(-3600000));
    EXPECT_EQ(data["clock-source"], Json("/dev/rtc0"));
    EXPECT_EQ(data["reseeded"], Json(true));
    EXPECT_EQ(data["links"].dump(), R"(["eth0","eth1"])");
    EXPECT_EQ(data["balloon-pages-lost"], Json(14336));
    EXPECT_EQ(data["refresh-problems"].dump(), R"(["oh"])");
}

TEST(Record, LeavesOutWhatWasNotPutRight) {
    const Json data = ended_json(slept_record());
    for (const char* name : {"wake-reason", "clock-step-ms", "clock-source", "reseeded", "links",
                             "balloon-pages-lost", "refresh-problems"})
        EXPECT_FALSE(data.has(name)) << name;
}

TEST(Record, SuccessHasNoErrorMembers) {
    const Json data = ended_json(slept_record());
    for (const char* name : {"error", "errno", "step", "device", "tasks"})
        EXPECT_FALSE(data.has(name)) << name;
}

TEST(Record, FailureSaysWhatTheKernelSaid) {
    Record record = slept_record();
    record.outcome = Outcome::Failed;
    record.error = "no";
    record.os_error = 16;
    record.step = "suspend";
    record.device = "vda";
    record.tasks = {{"tar", 7}};
    const Json data = ended_json(record);
    EXPECT_EQ(data["outcome"], Json("failed"));
    EXPECT_EQ(data["error"], Json("no"));
    EXPECT_EQ(data["errno"], Json(16));
    EXPECT_EQ(data["step"], Json("suspend"));
    EXPECT_EQ(data["device"], Json("vda"));
    EXPECT_EQ(data["tasks"].dump(), R"([{"name":"tar","pid":7}])");
}

TEST(Record, FailureLeavesOutWhatIsNotKnown) {
    Record record = slept_record();
    record.error = "no";
    const Json data = ended_json(record);
    for (const char* name : {"errno", "step", "device"}) EXPECT_FALSE(data.has(name)) << name;
}

TEST(Record, IsReadBackFromItsEvent) {
    Record record = slept_record();
    record.hooks[1].output.clear();
    record.hooks[1].retry_after = std::chrono::seconds(30);
    record.wake_reason = "rtc0";
    record.tasks = {{"cp", 7}};
    record.error = "no";
    record.os_error = 16;
    record.step = "suspend";
    record.device = "vda";
    const Json data = ended_json(record);
    const std::optional<Record> again = record_from_json(data);
    ASSERT_TRUE(again);
    EXPECT_EQ(ended_json(*again).dump(), data.dump());
    EXPECT_EQ(again->wake_reason, "rtc0");
    EXPECT_EQ(again->tasks, record.tasks);
    EXPECT_EQ(again->hooks[1].retry_after, std::chrono::seconds(30));
}

TEST(Record, OfASuccessIsReadBackWithoutAnError) {
    const std::optional<Record> again = record_from_json(ended_json(slept_record()));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->outcome, Outcome::Slept);
    EXPECT_EQ(again->slept, std::chrono::milliseconds(1500));
    EXPECT_EQ(again->error, "");
    EXPECT_EQ(again->os_error, 0);
}

TEST(Record, WithoutModeInitiatorTransactionOrOutcomeIsNone) {
    for (const char* name : {"mode", "initiator", "transaction", "outcome"}) {
        EXPECT_FALSE(record_from_json(ended_json(slept_record()).set(name, Json()))) << name;
        EXPECT_FALSE(record_from_json(ended_json(slept_record()).set(name, 5))) << name;
    }
    EXPECT_FALSE(record_from_json(Json()));
}

}  // namespace
}  // namespace hypnos::agent
