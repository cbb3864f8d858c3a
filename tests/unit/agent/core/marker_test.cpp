// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/marker.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

Hook hook(const std::string& name) {
    return {name, "/etc/hypnos/sleep.d/" + name, OnFailure::Continue, HookStyle::Fsfreeze, 2s};
}

Record failed_record() {
    Record record;
    record.request.mode = SleepMode::Hybrid;
    record.request.require = Require::Any;
    record.request.initiator = Initiator::Local;
    record.request.transaction = "t";
    record.outcome = Outcome::Failed;
    record.error = "no";
    record.os_error = EBUSY;
    record.step = "suspend";
    record.device = "vda";
    record.tasks = {{"cp", 7}, {"dd", 8}};
    record.slept = 1500ms;
    record.hooks = {{"10-a", HookPhase::Pre, "failed", 75, 3ms, "", 30s},
                    {"10-a", HookPhase::Post, "ok", 0, 4ms, ""}};
    record.phases = {{"requested", BootTime(10)}, {"checked", BootTime(20)}};
    return record;
}

Marker full_marker() {
    Marker marker;
    marker.boot_id = "b";
    marker.stage = Marker::Stage::Entering;
    marker.record = failed_record();
    marker.undo = {hook("10-a"), hook("20-b")};
    marker.alarm = 1700000000;
    marker.restore_mem_sleep = "s2idle";
    marker.restore_disk = "platform";
    marker.baseline = {5ms, 6, 7};
    return marker;
}

TEST(Marker, SurvivesItsWayToTheDisk) {
    const std::string text = to_json(full_marker()).dump();
    const Result<Json> read = read_json(text);
    ASSERT_TRUE(read);
    const std::optional<Marker> again = marker_from_json(*read);
    ASSERT_TRUE(again);
    EXPECT_EQ(to_json(*again).dump(), text);
    EXPECT_EQ(again->boot_id, "b");
    EXPECT_EQ(again->stage, Marker::Stage::Entering);
    EXPECT_EQ(again->alarm, 1700000000);
    EXPECT_EQ(again->restore_mem_sleep, "s2idle");
    EXPECT_EQ(again->restore_disk, "platform");
    EXPECT_EQ(again->baseline.asleep, 5ms);
    EXPECT_EQ(again->baseline.suspends, 6);
    EXPECT_EQ(again->baseline.wakeups, 7);
}

TEST(Marker, KeepsTheHooksToUndoInTheirOrder) {
    const std::optional<Marker> again = marker_from_json(to_json(full_marker()));
    ASSERT_TRUE(again);
    ASSERT_EQ(again->undo.size(), 2U);
    EXPECT_EQ(again->undo[0].name, "10-a");
    EXPECT_EQ(again->undo[1].name, "20-b");
    EXPECT_EQ(again->undo[1].path, "/etc/hypnos/sleep.d/20-b");
    EXPECT_EQ(again->undo[1].style, HookStyle::Fsfreeze);
    EXPECT_EQ(again->undo[1].limit, 2s);
}

TEST(Marker, KeepsTheRecord) {
    const std::optional<Marker> again = marker_from_json(to_json(full_marker()));
    ASSERT_TRUE(again);
    const Record& record = again->record;
    EXPECT_EQ(record.request.mode, SleepMode::Hybrid);
    EXPECT_EQ(record.request.require, Require::Any);
    EXPECT_EQ(record.request.initiator, Initiator::Local);
    EXPECT_EQ(record.request.transaction, "t");
    EXPECT_EQ(ended_json(record).dump(), ended_json(failed_record()).dump());
}

TEST(Marker, KeepsEveryStage) {
    for (const auto stage :
         {Marker::Stage::Preparing, Marker::Stage::Entering, Marker::Stage::Returned}) {
        Marker marker = full_marker();
        marker.stage = stage;
        const std::optional<Marker> again = marker_from_json(to_json(marker));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->stage, stage);
    }
}

TEST(Marker, NoAlarmAndNoHooksStayNone) {
    Marker marker = full_marker();
    marker.alarm.reset();
    marker.undo.clear();
    const std::optional<Marker> again = marker_from_json(to_json(marker));
    ASSERT_TRUE(again);
    EXPECT_FALSE(again->alarm);
    EXPECT_TRUE(again->undo.empty());
}

TEST(Marker, GarbageIsNone) {
    for (const Json& garbage : {Json(), Json(5), Json("x"), Json::array(), Json::object()})
        EXPECT_FALSE(marker_from_json(garbage)) << garbage.dump();
}

TEST(Marker, EveryMemberButTheAlarmMustBeThere) {
    for (const std::string& name : to_json(full_marker()).names()) {
        const Json without = to_json(full_marker()).set(name, Json());
        EXPECT_EQ(marker_from_json(without).has_value(), name == "alarm") << name;
    }
}

TEST(Marker, MembersOfTheWrongKindAreNone) {
    const auto with = [](const char* name, const Json& value) {
        return marker_from_json(to_json(full_marker()).set(name, value));
    };
    EXPECT_FALSE(with("version", 2));
    EXPECT_FALSE(with("version", "1"));
    EXPECT_FALSE(with("stage", "asleep"));
    EXPECT_FALSE(with("require", "some"));
    EXPECT_FALSE(with("alarm", "soon"));
    EXPECT_FALSE(with("record", Json::object({{"mode", "ram"}})));
    EXPECT_FALSE(with("undo", Json::array({Json::object({{"name", "10-a"}})})));
    EXPECT_FALSE(with("baseline", Json::object({{"asleep-us", 5}})));
}

}  // namespace
}  // namespace hypnos::agent
