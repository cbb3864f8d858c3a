// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/hook.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

Hook database() {
    return {"50-db", "/etc/hypnos/sleep.d/50-db", OnFailure::Required, HookStyle::Fsfreeze, 700ms};
}

TEST(Hook, SurvivesItsWayThroughJson) {
    for (const OnFailure on_failure :
         {OnFailure::Abort, OnFailure::Continue, OnFailure::Required}) {
        Hook hook = database();
        hook.on_failure = on_failure;
        const std::optional<Hook> again = hook_from_json(to_json(hook));
        ASSERT_TRUE(again);
        EXPECT_EQ(again->name, "50-db");
        EXPECT_EQ(again->path, "/etc/hypnos/sleep.d/50-db");
        EXPECT_EQ(again->on_failure, on_failure);
        EXPECT_EQ(again->style, HookStyle::Fsfreeze);
        EXPECT_EQ(again->limit, 700ms);
    }
}

TEST(Hook, EveryMemberMustBeThereAndOfItsType) {
    for (const std::string& name : to_json(database()).names()) {
        EXPECT_FALSE(hook_from_json(to_json(database()).set(name, Json()))) << name;
        EXPECT_FALSE(hook_from_json(to_json(database()).set(name, Json::array()))) << name;
    }
    EXPECT_FALSE(hook_from_json(Json("50-db")));
}

TEST(Hook, NumbersThatNameNothingAreNoHook) {
    for (const char* name : {"on-failure", "style"}) {
        for (const int number : {-1, 3, 1000})
            EXPECT_FALSE(hook_from_json(to_json(database()).set(name, number))) << name << number;
    }
    EXPECT_FALSE(hook_from_json(to_json(database()).set("limit-ms", -1)));
}

TEST(HookReport, TellsWhenToTryAgainIfAsked) {
    HookReport report{"50-db", HookPhase::Pre, "failed", 75, 12ms, "busy"};
    EXPECT_EQ(to_json(report).dump(),
              R"({"name":"50-db","phase":"pre","result":"failed","status":75,"ms":12})");
    report.retry_after = 30s;
    EXPECT_EQ(to_json(report)["retry-after-s"], Json(30));
}

}  // namespace
}  // namespace hypnos::agent
