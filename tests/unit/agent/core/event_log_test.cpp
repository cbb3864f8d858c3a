// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/event_log.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::agent {
namespace {

EventLog log_of(std::size_t count) {
    EventLog log;
    for (std::size_t i = 0; i < count; ++i) log.add({"X", Json::object({{"n", i}}), 1000});
    return log;
}

TEST(EventLog, CountsFromOne) {
    EventLog log;
    EXPECT_EQ(log.last_seq(), 0);
    EXPECT_EQ(log.add({"A"}), 1);
    EXPECT_EQ(log.add({"B"}), 2);
    EXPECT_EQ(log.last_seq(), 2);
}

TEST(EventLog, WritesTheNumberIntoTheEvent) {
    const EventLog log = log_of(3);
    EXPECT_EQ(log.entries().back().event.data["seq"], Json(3));
}

TEST(EventLog, FindsTheFirstEntryAboveANumber) {
    const EventLog log = log_of(5);
    EXPECT_EQ(log.after(0)->seq, 1);
    EXPECT_EQ(log.after(-7)->seq, 1);
    EXPECT_EQ(log.after(4)->seq, 5);
    EXPECT_EQ(log.after(5), nullptr);
    EXPECT_EQ(log.after(99), nullptr);
}

TEST(EventLog, KeepsTheNewestWhenFull) {
    const EventLog log = log_of(EventLog::kKept + 3);
    EXPECT_EQ(log.entries().size(), EventLog::kKept);
    EXPECT_EQ(log.after(0)->seq, 4);
    EXPECT_EQ(log.last_seq(), static_cast<std::int64_t>(EventLog::kKept) + 3);
}

TEST(EventLog, KeepsNoMoreBytesThanItsLimitButAlwaysTheNewest) {
    EventLog log;
    const std::string text(EventLog::kKeptBytes / 4, 'x');
    for (int i = 0; i < 10; ++i) log.add({"X", Json::object({{"text", text}})});
    EXPECT_EQ(log.entries().size(), 3U);
    EXPECT_EQ(log.entries().back().seq, 10);
    log.add({"X", Json::object({{"text", std::string(2 * EventLog::kKeptBytes, 'x')}})});
    ASSERT_EQ(log.entries().size(), 1U);
    EXPECT_EQ(log.entries().back().seq, 11);
    log.add({"X"});
    EXPECT_EQ(log.entries().size(), 1U);
}

TEST(EventLog, IsTheSameAfterSavingAndLoading) {
    const EventLog log = log_of(EventLog::kKept + 3);
    const EventLog back = EventLog::from_json(read_json(log.to_json().dump()).value());
    EXPECT_EQ(back.to_json(), log.to_json());
    EXPECT_EQ(back.last_seq(), log.last_seq());
    EXPECT_EQ(back.after(0)->seq, 4);
}

TEST(EventLog, GoesOnCountingAfterLoading) {
    EventLog back = EventLog::from_json(log_of(7).to_json());
    EXPECT_EQ(back.add({"X"}), 8);
}

TEST(EventLog, LoadsWhateverIsThere) {
    for (const char* saved :
         {"null", "[]", "5", "{}", R"({"events":5,"last-seq":"x"})",
          R"({"events":[null,5,{},{"event":"X"},{"event":"X","data":{"seq":"1"}}]})"}) {
        EventLog log = EventLog::from_json(read_json(saved).value());
        EXPECT_TRUE(log.entries().empty()) << saved;
        EXPECT_EQ(log.add({"X"}), 1) << saved;
    }
}

}  // namespace
}  // namespace hypnos::agent
