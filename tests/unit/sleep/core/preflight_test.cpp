// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/preflight.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sleep/core/preflight_facts.hpp"

namespace hypnos::sleep {
namespace {

using namespace test;

constexpr PreflightQuestion kAnyRam = {.mode = SleepMode::Ram, .require = Require::Any};
constexpr PreflightQuestion kAnyHybrid = {.mode = SleepMode::Hybrid, .require = Require::Any};

TEST(Preflight, FindsNothingOnACapableMachine) {
    for (const PreflightQuestion& question : {kRam, kDisk, kHybrid, kAnyRam})
        EXPECT_EQ(codes(question, capable()), Strings{}) << name_of(question.mode);
}

TEST(Preflight, WhatIsUnknownIsNoFinding) {
    PowerFacts facts;
    facts.machine = capable().machine;
    facts.machine.autosleep = facts.machine.cpus_online = facts.machine.cpus_present = "";
    facts.swap.active = {{.name = "/dev/vdb"}};
    for (const PreflightQuestion& question : {kRam, kDisk, kHybrid})
        EXPECT_EQ(codes(question, facts), Strings{}) << name_of(question.mode);
}

TEST(Preflight, WithoutMemThereIsNoRamSleep) {
    PowerFacts facts = capable();
    facts.machine.state = parse_choice("freeze disk");
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kAnyRam, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kAnyHybrid, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kDisk, facts), Strings{});
}

TEST(Preflight, AStateThatCannotBeWrittenIsNone) {
    PowerFacts facts = capable();
    facts.machine.state_read_only = true;
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.no-state"});
}

TEST(Preflight, WithoutDeepRamSleepNeedsRequireAny) {
    PowerFacts facts = capable();
    facts.machine.mem_sleep = parse_choice("[s2idle]");
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.s2idle-only"});
    EXPECT_EQ(codes(kHybrid, facts), Strings{"pm.s2idle-only"});
    EXPECT_EQ(codes(kAnyRam, facts), Strings{});
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    EXPECT_EQ(preflight(kRam, facts)[0].subject, "/sys/power/mem_sleep: [s2idle]");
}

TEST(Preflight, WithoutDiskThereIsNoDiskSleep) {
    PowerFacts facts = capable();
    facts.machine.state = parse_choice("freeze mem");
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kHybrid, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kRam, facts), Strings{});
}

TEST(Preflight, AModeThatTheDiskFileDoesNotListIsMissing) {
    PowerFacts facts = capable();
    facts.machine.disk = parse_choice("[platform] shutdown reboot");
    EXPECT_EQ(codes(kHybrid, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.machine.disk = parse_choice("reboot [suspend]");
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kHybrid, facts), Strings{});
}

TEST(Preflight, WithoutS4ADiskSleepIsAPowerOff) {
    PowerFacts facts = capable();
    facts.machine.disk = parse_choice("[shutdown] reboot suspend");
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.s4-off?"});
    EXPECT_EQ(codes(kHybrid, facts), Strings{});
}

TEST(Preflight, WithAcpiSwitchedOffNothingSleeps) {
    PowerFacts facts = capable();
    facts.machine.acpi_off = true;
    for (const PreflightQuestion& question : {kAnyRam, kDisk, kAnyHybrid})
        EXPECT_EQ(codes(question, facts), Strings{"pm.acpi-off"}) << name_of(question.mode);
}

TEST(Preflight, AMaskedUnitStopsOnlySystemd) {
    PowerFacts facts = capable();
    facts.machine.masked_units = {"/etc/systemd/system/sleep.target"};
    EXPECT_EQ(codes(kRam, facts), Strings{"unit.masked?"});
    EXPECT_EQ(codes({.logind_backend = true}, facts), Strings{"unit.masked"});
}

TEST(Preflight, AutosleepKeepsOthersOut) {
    PowerFacts facts = capable();
    facts.machine.autosleep = "mem";
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.busy"});
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.busy"});
}

TEST(Preflight, OfflineCpusAreToldOf) {
    PowerFacts facts = capable();
    facts.machine.cpus_online = "0";
    EXPECT_EQ(codes(kRam, facts), Strings{"vcpu.offline?"});
    EXPECT_EQ(preflight(kRam, facts)[0].subject, "/sys/devices/system/cpu/online: 0 of 0-1");
    facts.machine.cpus_present = "";
    EXPECT_EQ(codes(kRam, facts), Strings{});
}

TEST(Preflight, AWrongRtcIsToldOf) {
    for (const int seconds : {-2, 2}) {
        PowerFacts facts = capable();
        facts.rtc_ahead = std::chrono::seconds(seconds);
        EXPECT_EQ(codes(kRam, facts), Strings{});
        facts.rtc_ahead = std::chrono::seconds(2 * seconds);
        EXPECT_EQ(codes(kRam, facts), Strings{"time.rtc?"});
    }
    PowerFacts facts = capable();
    facts.rtc_ahead = std::chrono::seconds(-7200);
    EXPECT_EQ(preflight(kRam, facts)[0].subject, "/sys/class/rtc/rtc0/since_epoch: 7200 s behind");
}

TEST(Preflight, InhibitorsAreTheOnlyBlockersThatYield) {
    PowerFacts facts = capable();
    facts.inhibitors = {{"apt", "upgrade", 42}, {"backup", "nightly", 43}};
    facts.machine.autosleep = "mem";
    EXPECT_EQ(codes(kRam, facts), (Strings{"pm.busy", "inhibit.block", "inhibit.block"}));
    EXPECT_EQ(codes({.force = true}, facts),
              (Strings{"pm.busy", "inhibit.block?", "inhibit.block?"}));
    EXPECT_EQ(preflight(kRam, facts)[1].subject, "apt (pid 42): upgrade");
}

TEST(Preflight, AMachineThatOffersNothingGetsEveryReason) {
    EXPECT_EQ(codes(kRam, {}), Strings{"pm.no-state"});
    EXPECT_EQ(codes(kDisk, {}), (Strings{"pm.no-state", "swap.none"}));
    EXPECT_EQ(codes(kHybrid, {}), (Strings{"pm.no-state", "pm.no-state", "swap.none"}));
}

TEST(Preflight, EachFindingSaysWhereAndWhatToDo) {
    for (const PreflightQuestion& question : {kRam, kDisk, kHybrid}) {
        for (const Finding& finding : preflight(question, {})) {
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
    facts.machine.mem_sleep = parse_choice("[s2idle] deep");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Ram, Require::Any, facts)),
              "mem_sleep=deep disk= state=mem back: mem_sleep=s2idle disk=");
}

TEST(PlanSleep, RamIsS2idleWhereThereIsNothingDeeper) {
    PowerFacts facts = capable();
    facts.machine.mem_sleep = parse_choice("[s2idle]");
    const SleepPlan plan = plan_sleep(SleepMode::Ram, Require::Any, facts);
    EXPECT_EQ(writes(plan), "mem_sleep=s2idle disk= state=mem back: mem_sleep=s2idle disk=");
    EXPECT_FALSE(plan.deep);
}

TEST(PlanSleep, DiskUsesThePlatformAndLeavesMemSleepAlone) {
    PowerFacts facts = capable();
    facts.machine.disk = parse_choice("platform [shutdown] reboot suspend");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Disk, Require::Any, facts)),
              "mem_sleep= disk=platform state=disk back: mem_sleep= disk=shutdown");
}

TEST(PlanSleep, DiskShutsDownWhereThePlatformHasNoS4) {
    PowerFacts facts = capable();
    facts.machine.disk = parse_choice("[shutdown] reboot suspend");
    EXPECT_EQ(writes(plan_sleep(SleepMode::Disk, Require::Any, facts)),
              "mem_sleep= disk=shutdown state=disk back: mem_sleep= disk=shutdown");
}

TEST(PlanSleep, HybridIsADiskSleepThatSuspends) {
    EXPECT_EQ(writes(plan_sleep(SleepMode::Hybrid, Require::Any, capable())),
              "mem_sleep=deep disk=suspend state=disk back: mem_sleep=deep disk=platform");
}

TEST(PlanSleep, HybridIsShallowToldSo) {
    PowerFacts facts = capable();
    facts.machine.mem_sleep = parse_choice("[s2idle]");
    EXPECT_FALSE(plan_sleep(SleepMode::Hybrid, Require::Any, facts).deep);
}

}  // namespace
}  // namespace hypnos::sleep
