// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/preflight.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using Strings = std::vector<std::string>;

/// A machine where everything works.
PowerFacts capable() {
    return {parse_choice("freeze mem disk"),
            parse_choice("s2idle [deep]"),
            parse_choice("[platform] shutdown reboot suspend test_resume"),
            {{"/dev/vdb", false}},
            false};
}

Strings codes(SleepMode mode, Require require, const PowerFacts& facts) {
    Strings result;
    for (const Finding& finding : preflight(mode, require, facts)) result.push_back(finding.code);
    return result;
}

TEST(ParseChoice, ReadsWordsAndTheChosenOne) {
    const Choice choice = parse_choice("s2idle [deep]");
    EXPECT_EQ(choice.words, (Strings{"s2idle", "deep"}));
    EXPECT_EQ(choice.chosen, "deep");
    EXPECT_TRUE(choice.offers("s2idle"));
    EXPECT_TRUE(choice.offers("deep"));
    EXPECT_FALSE(choice.offers("shallow"));
}

TEST(ParseChoice, NothingChosenIsEmpty) {
    EXPECT_EQ(parse_choice("freeze mem disk").chosen, "");
    EXPECT_EQ(parse_choice("").words, Strings{});
    EXPECT_EQ(parse_choice(" \n").words, Strings{});
    EXPECT_EQ(parse_choice("[disabled]").chosen, "disabled");
    EXPECT_TRUE(parse_choice("[disabled]").offers("disabled"));
}

TEST(ParseSwaps, SkipsTitlesAndDeletedFilesAndKnowsZram) {
    const std::vector<Swap> swaps = parse_swaps(
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        "/dev/zram0                              partition\t1000\t0\t100\n"
        "/swap\\040file\\040(deleted)             file\t1000\t0\t-2\n"
        "/dev/vdb                                partition\t1000\t0\t-3\n");
    ASSERT_EQ(swaps.size(), 2U);
    EXPECT_EQ(swaps[0].name, "/dev/zram0");
    EXPECT_TRUE(swaps[0].zram);
    EXPECT_EQ(swaps[1].name, "/dev/vdb");
    EXPECT_FALSE(swaps[1].zram);
}

TEST(ParseSwaps, NothingIsNothing) {
    EXPECT_TRUE(parse_swaps("").empty());
    EXPECT_TRUE(parse_swaps("Filename Type Size Used Priority\n").empty());
}

TEST(Preflight, FindsNothingOnACapableMachine) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        EXPECT_EQ(codes(mode, Require::Deep, capable()), Strings{}) << name_of(mode);
}

TEST(Preflight, WithoutMemThereIsNoRamSleep) {
    PowerFacts facts = capable();
    facts.state = parse_choice("freeze disk");
    EXPECT_EQ(codes(SleepMode::Ram, Require::Deep, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Ram, Require::Any, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Any, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{});
}

TEST(Preflight, WithoutDeepRamSleepNeedsRequireAny) {
    PowerFacts facts = capable();
    facts.mem_sleep = parse_choice("[s2idle]");
    EXPECT_EQ(codes(SleepMode::Ram, Require::Deep, facts), Strings{"pm.s2idle-only"});
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, facts), Strings{"pm.s2idle-only"});
    EXPECT_EQ(codes(SleepMode::Ram, Require::Any, facts), Strings{});
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{});
}

TEST(Preflight, WithoutDiskThereIsNoDiskSleep) {
    PowerFacts facts = capable();
    facts.state = parse_choice("freeze mem");
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Ram, Require::Deep, facts), Strings{});
}

TEST(Preflight, HibernationSwitchedOffIsToldApartFromHibernationNotBuilt) {
    PowerFacts facts = capable();
    facts.state = parse_choice("freeze mem");
    facts.disk = parse_choice("[disabled]");
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{"pm.disabled"});
}

TEST(Preflight, AModeThatTheDiskFileDoesNotListIsMissing) {
    PowerFacts facts = capable();
    facts.disk = parse_choice("[platform] shutdown reboot");
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{});
    facts.disk = parse_choice("reboot [suspend]");
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, facts), Strings{});
}

TEST(Preflight, WithAcpiSwitchedOffNothingSleeps) {
    PowerFacts facts = capable();
    facts.acpi_off = true;
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        EXPECT_EQ(codes(mode, Require::Any, facts), Strings{"pm.acpi-off"}) << name_of(mode);
}

TEST(Preflight, DiskSleepNeedsASwapThatOutlivesThePower) {
    PowerFacts facts = capable();
    facts.swaps = {};
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{"swap.none"});
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, facts), Strings{"swap.none"});
    EXPECT_EQ(codes(SleepMode::Ram, Require::Deep, facts), Strings{});
    facts.swaps = {{"/dev/zram0", true}};
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{"swap.none"});
    facts.swaps.push_back({"/dev/vdb", false});
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, facts), Strings{});
}

TEST(Preflight, AMachineThatOffersNothingGetsEveryReason) {
    EXPECT_EQ(codes(SleepMode::Ram, Require::Deep, {}), Strings{"pm.no-state"});
    EXPECT_EQ(codes(SleepMode::Disk, Require::Deep, {}), (Strings{"pm.no-state", "swap.none"}));
    EXPECT_EQ(codes(SleepMode::Hybrid, Require::Deep, {}),
              (Strings{"pm.no-state", "pm.no-state", "swap.none"}));
}

TEST(Preflight, EachFindingSaysWhereAndWhatToDo) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid}) {
        for (const Finding& finding : preflight(mode, Require::Deep, {})) {
            EXPECT_EQ(finding.severity, Severity::Block);
            EXPECT_TRUE(finding.subject.starts_with("/")) << finding.subject;
            EXPECT_GT(finding.hint.size(), 20U) << finding.hint;
        }
    }
}

TEST(FirstBlocker, PassesOverWarnings) {
    EXPECT_EQ(first_blocker({}), nullptr);
    EXPECT_EQ(first_blocker({{"w", Severity::Warn, "", ""}}), nullptr);
    const std::vector<Finding> mixed = {{"w", Severity::Warn, "", ""},
                                        {"b", Severity::Block, "", ""}};
    EXPECT_EQ(first_blocker(mixed)->code, "b");
}

/// What is written, in one line.
std::string writes(const SleepPlan& plan) {
    return "mem_sleep=" + plan.mem_sleep + " disk=" + plan.disk + " state=" + plan.state +
           " back: mem_sleep=" + plan.restore_mem_sleep + " disk=" + plan.restore_disk;
}

TEST(PlanSleep, RamIsDeepWhereFirmwareOffersIt) {
    const SleepPlan plan = plan_sleep(SleepMode::Ram, Require::Any, capable());
    EXPECT_EQ(writes(plan), "mem_sleep=deep disk= state=mem back: mem_sleep=deep disk=");
    EXPECT_TRUE(plan.deep);
    EXPECT_EQ(plan.mode, SleepMode::Ram);
}

TEST(PlanSleep, RamPutsBackWhatWasChosenBefore) {
    PowerFacts facts = capable();
    facts.mem_sleep = parse_choice("[s2idle] deep");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Ram, Require::Any, facts)),
              "mem_sleep=deep disk= state=mem back: mem_sleep=s2idle disk=");
}

TEST(PlanSleep, RamIsS2idleWhereThereIsNothingDeeper) {
    PowerFacts facts = capable();
    facts.mem_sleep = parse_choice("[s2idle]");
    const SleepPlan plan = plan_sleep(SleepMode::Ram, Require::Any, facts);
    EXPECT_EQ(writes(plan), "mem_sleep=s2idle disk= state=mem back: mem_sleep=s2idle disk=");
    EXPECT_FALSE(plan.deep);
}

TEST(PlanSleep, DiskUsesThePlatformAndLeavesMemSleepAlone) {
    PowerFacts facts = capable();
    facts.disk = parse_choice("platform [shutdown] reboot suspend");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Disk, Require::Any, facts)),
              "mem_sleep= disk=platform state=disk back: mem_sleep= disk=shutdown");
}

TEST(PlanSleep, DiskShutsDownWhereThePlatformHasNoS4) {
    PowerFacts facts = capable();
    facts.disk = parse_choice("[shutdown] reboot suspend");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Disk, Require::Any, facts)),
              "mem_sleep= disk=shutdown state=disk back: mem_sleep= disk=shutdown");
}

TEST(PlanSleep, HybridIsADiskSleepThatSuspends) {
    EXPECT_EQ(writes(plan_sleep(SleepMode::Hybrid, Require::Any, capable())),
              "mem_sleep=deep disk=suspend state=disk back: mem_sleep=deep disk=platform");
}

TEST(PlanSleep, HybridIsShallowToldSo) {
    PowerFacts facts = capable();
    facts.mem_sleep = parse_choice("[s2idle]");
    EXPECT_FALSE(plan_sleep(SleepMode::Hybrid, Require::Any, facts).deep);
}

}  // namespace
}  // namespace hypnos::agent
