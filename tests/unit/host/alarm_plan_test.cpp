// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/alarm_plan.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using At = std::optional<std::int64_t>;

void expect(const AlarmPlan& plan, At set, At keep) {
    EXPECT_EQ(plan.set, set);
    EXPECT_EQ(plan.keep, keep);
}

TEST(AlarmPlan, OursAlone) { expect(plan_alarm(1000, 1060, {}), 1060, {}); }
TEST(AlarmPlan, NoneIsWanted) { expect(plan_alarm(1000, {}, 1500), {}, 1500); }
TEST(AlarmPlan, ALaterOneIsKept) { expect(plan_alarm(1000, 1060, 1061), 1060, 1061); }
TEST(AlarmPlan, AnEarlierOneWakesUs) { expect(plan_alarm(1000, 1060, 1059), {}, 1059); }
TEST(AlarmPlan, OneThatHasRungIsNone) { expect(plan_alarm(1000, 1060, 1000), 1060, {}); }

TEST(AlarmPlan, AnEarlierOneThatMayRingBeforeTheSleepWakesNobody) {
    expect(plan_alarm(1000, 1060, 1009), 1060, 1009);
    expect(plan_alarm(1000, 1060, 1010), {}, 1010);
}

TEST(AlarmPlan, OursIsNeverTooNear) {
    expect(plan_alarm(1000, 1003, {}), 1010, {});
    expect(plan_alarm(1000, 1010, {}), 1010, {});
}

TEST(AlarmPlan, OneThatIsFarEnoughAheadStays) {
    const AlarmPlan far = {1025, 1500};
    EXPECT_EQ(keep_ahead(1000, 1060, far), far);
}

TEST(AlarmPlan, OneThatComesNearIsPutOff) {
    expect(keep_ahead(1000, 1003, {1024, 1500}), 1025, 1500);
    expect(keep_ahead(1000, 1060, {1024, 1500}), 1060, 1500);
    expect(keep_ahead(1000, 1025, {1001, 1025}), 1025, 1025);
}

TEST(AlarmPlan, TheirsIsOursToReplaceOnceItHasRung) {
    const AlarmPlan theirs = {{}, 1001};
    EXPECT_EQ(keep_ahead(1000, 1060, theirs), theirs);
    expect(keep_ahead(1001, 1060, theirs), 1060, {});
}

}  // namespace
}  // namespace hypnos
