// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Findings about a swap of hypnos-setup that is on for disk sleeps only, and about its boot files.

#include <gtest/gtest.h>

#include "tests/unit/sleep/core/preflight_facts.hpp"

namespace hypnos::sleep {
namespace {

using namespace test;

constexpr PreflightQuestion kLogindDisk = {.mode = SleepMode::Disk, .logind_backend = true};
constexpr const char* kFile = "/swap/hypnos.swap";

Swap our_swap() {
    return {.name = kFile,
            .file = true,
            .size = 1024 * kMib,
            .device = "254:1",
            .offset = 34816,
            .only_for_sleep = true};
}

/// No swap is on, and ours stands by where the next boot will look.
PowerFacts standing_by() {
    PowerFacts facts = capable();
    facts.swap.active = {our_swap()};
    facts.swap.standing_by = {
        .swap = our_swap(), .uuid = "1-2", .there = true, .signature = "SWAPSPACE2"};
    facts.resume.device = "254:1";
    facts.resume.offset = 34816;
    return facts;
}

/// The same, but it cannot be used.
PowerFacts unusable() {
    PowerFacts facts = standing_by();
    facts.swap.active.clear();
    return facts;
}

Finding only(const PowerFacts& facts, const std::string& code) {
    EXPECT_EQ(codes(kDisk, facts), Strings{code});
    EXPECT_EQ(codes(kHybrid, facts), Strings{code});
    EXPECT_EQ(codes(kRam, facts), Strings{});
    const std::vector<Finding> findings = preflight(kDisk, facts);
    return findings.empty() ? Finding{} : findings[0];
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(PreflightStandingBy, CountsAsOneThatIsOn) {
    EXPECT_EQ(codes(kDisk, standing_by()), Strings{});
    EXPECT_EQ(codes(kLogindDisk, standing_by()), Strings{});
}

TEST(PreflightStandingBy, IsPlannedToBeSwitchedOnForDiskSleepsOnly) {
    const PowerFacts facts = standing_by();
    EXPECT_EQ(plan_sleep(SleepMode::Disk, Require::Deep, facts).swap, kFile);
    EXPECT_EQ(plan_sleep(SleepMode::Hybrid, Require::Deep, facts).swap, kFile);
    EXPECT_EQ(plan_sleep(SleepMode::Ram, Require::Deep, facts).swap, "");
    EXPECT_EQ(plan_sleep(SleepMode::Disk, Require::Deep, capable()).swap, "");
}

TEST(PreflightStandingBy, ALargerSwapElsewhereDoesNotTakeTheImage) {
    PowerFacts facts = standing_by();
    facts.swap.active.insert(facts.swap.active.begin(), capable().swap.active[0]);
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    EXPECT_EQ(plan_sleep(SleepMode::Disk, Require::Deep, facts).swap, kFile);
}

TEST(PreflightStandingBy, StaysOffIfTheNextBootLooksAtAnotherSwap) {
    PowerFacts facts = standing_by();
    facts.swap.active.insert(facts.swap.active.begin(), capable().swap.active[0]);
    facts.resume = capable().resume;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    EXPECT_EQ(plan_sleep(SleepMode::Disk, Require::Deep, facts).swap, "");
}

TEST(PreflightStandingBy, WithoutAResumeDeviceTheKernelWouldTakeAnother) {
    PowerFacts facts = standing_by();
    facts.swap.active.insert(facts.swap.active.begin(), capable().swap.active[0]);
    facts.resume.device = "0:0";
    facts.resume.offset = 0;
    facts.kernel.command_line = {"resume=UUID=1"};
    EXPECT_EQ(codes(kDisk, facts), (Strings{"swap.wrong-one", "resume.initramfs?"}));
    EXPECT_EQ(preflight(kDisk, facts)[0].subject,
              "/sys/power/resume: 0:0; first is /dev/vdb, not /swap/hypnos.swap");
}

TEST(PreflightStandingBy, IsGone) {
    PowerFacts facts = unusable();
    facts.swap.standing_by->there = false;
    const Finding finding = only(facts, "swap.none");
    EXPECT_EQ(finding.subject, "/swap/hypnos.swap: not there");
    EXPECT_TRUE(mentions(finding.hint, "hypnos-setup apply")) << finding.hint;
}

TEST(PreflightStandingBy, IsNoSwapAnyMore) {
    PowerFacts facts = unusable();
    facts.swap.standing_by->signature = std::string(10, '\0');
    EXPECT_EQ(only(facts, "swap.none").subject, "/swap/hypnos.swap: no swap");
}

TEST(PreflightStandingBy, HasHoles) {
    PowerFacts facts = unusable();
    facts.swap.standing_by->has_holes = true;
    EXPECT_EQ(only(facts, "swap.hole").subject, "/swap/hypnos.swap: has holes");
}

TEST(PreflightStandingBy, HasMoved) {
    PowerFacts facts = standing_by();
    facts.swap.active[0].offset = 40960;
    const Finding finding = only(facts, "swap.offset");
    EXPECT_EQ(finding.subject,
              "/sys/power/resume_offset: 34816; /swap/hypnos.swap begins at 40960");
    EXPECT_TRUE(mentions(finding.hint, "hypnos-setup apply")) << finding.hint;
}

TEST(PreflightStandingBy, IsOnAnotherDevice) {
    PowerFacts facts = standing_by();
    facts.resume.device = "254:99";
    EXPECT_EQ(only(facts, "swap.wrong-one").subject,
              "/sys/power/resume: 254:99; /swap/hypnos.swap is on 254:1");
}

TEST(PreflightStandingBy, HoldsAnImageAndSoCannotBeSwitchedOn) {
    PowerFacts facts = standing_by();
    facts.swap.standing_by->signature = "S1SUSPEND\n";
    const Finding finding = only(facts, "swap.stale-image");
    EXPECT_EQ(finding.subject, "/swap/hypnos.swap: S1SUSPEND");
    EXPECT_TRUE(mentions(finding.hint, "mkswap -U 1-2 /swap/hypnos.swap")) << finding.hint;
}

TEST(PreflightStandingBy, WhatIsWrongWithItIsNoObstacleToAnother) {
    PowerFacts facts = unusable();
    facts.swap.standing_by->has_holes = true;
    facts.swap.active = capable().swap.active;
    facts.resume = capable().resume;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
}

TEST(PreflightUnproven, BootFilesThatNobodyVerified) {
    PowerFacts facts = capable();
    facts.resume.unproven = {"/boot/initrd.img-6.1: changed", "/boot/vmlinuz-6.2: new"};
    const Finding finding = only(facts, "resume.unproven?");
    EXPECT_EQ(finding.subject, "/boot/initrd.img-6.1: changed, /boot/vmlinuz-6.2: new");
    EXPECT_TRUE(mentions(finding.hint, "hypnos-setup verify")) << finding.hint;
}

}  // namespace
}  // namespace hypnos::sleep
