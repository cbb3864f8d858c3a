// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "agent/setup/core/plan.hpp"
#include "tests/unit/setup/setup_facts.hpp"

namespace hypnos::test {
namespace {

class SetupRefusalTest : public ::testing::Test {
  protected:
    std::string refusal() {
        const std::vector<Finding> found = make_plan(options_, facts_, record_).refusals;
        return found.empty() ? "" : found[0].code;
    }

    Options options_ = usual_options();
    Facts facts_ = machine();
    std::optional<SetupRecord> record_;
};

TEST_F(SetupRefusalTest, AMachineThatCanIsNotRefused) { EXPECT_EQ(refusal(), ""); }

TEST_F(SetupRefusalTest, Container) {
    facts_.container = "/run/systemd/container";
    EXPECT_EQ(refusal(), "setup.container");
}

TEST_F(SetupRefusalTest, ARootThatDoesNotLast) {
    facts_.root_type = "overlay";
    EXPECT_EQ(refusal(), "setup.root");
}

TEST_F(SetupRefusalTest, AKernelThatMayNot) {
    facts_.power.machine.disk = sleep::parse_choice("[disabled]");
    facts_.power.disabled.searched = true;
    facts_.power.disabled.lockdown = sleep::parse_choice("none [integrity] confidentiality");
    EXPECT_EQ(refusal(), "pm.disabled");
    facts_.power = power_that_works();
    facts_.power.kernel.command_line = {{"ro", "noresume"}};
    EXPECT_EQ(refusal(), "resume.cmdline");
}

TEST_F(SetupRefusalTest, NothingToBuildOn) {
    facts_.missing_tools = {"mkswap"};
    EXPECT_EQ(refusal(), "setup.tool");
    facts_ = machine();
    facts_.initramfs.generator = Generator::None;
    EXPECT_EQ(refusal(), "setup.initramfs");
    facts_ = machine();
    facts_.boot.loader = BootLoader::Unknown;
    EXPECT_EQ(refusal(), "setup.boot-loader");
}

TEST_F(SetupRefusalTest, ArgumentsThatTheUserPassesNeedNoBootLoader) {
    facts_.boot.loader = BootLoader::None;
    facts_.initramfs.generator = Generator::None;
    EXPECT_EQ(refusal(), "");
}

TEST_F(SetupRefusalTest, SomebodyElsesPlace) {
    facts_.boot.others = {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"resume=/dev/vdz\""}};
    EXPECT_EQ(refusal(), "setup.other-resume");
    facts_ = machine();
    facts_.boot = {.loader = BootLoader::Bls, .entries = {"/boot/loader/entries/a.conf"}};
    facts_.texts["/boot/loader/entries/a.conf"] = "options ro resume=/dev/vdz\n";
    EXPECT_EQ(refusal(), "setup.other-resume");
}

TEST_F(SetupRefusalTest, AnotherSpellingOfTheSameDeviceIsAsGood) {
    facts_.places = {partition(2 * kGiB)};
    facts_.boot.others = {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"resume=/dev/vdb\""}};
    facts_.boot.named = {{"/dev/vdb", "254:16"}};
    EXPECT_EQ(refusal(), "");
    EXPECT_EQ(make_plan(options_, facts_, record_).swap->resume, "/dev/vdb");
}

TEST_F(SetupRefusalTest, AFileThatWasMadeIsNotForgotten) {
    record_.emplace();
    record_->swap = SwapRecord{.path = kSwapFile, .kind = "file", .made = true};
    facts_.places = {partition(2 * kGiB)};
    options_.swap = "/dev/vdb";
    EXPECT_EQ(refusal(), "setup.swap");
}

TEST_F(SetupRefusalTest, AnImageThatLiesInTheSwap) {
    facts_.places = {partition(2 * kGiB)};
    facts_.places[0].holds_image = true;
    EXPECT_EQ(refusal(), "swap.stale-image");
}

class SetupVerifyTest : public ::testing::Test {
  protected:
    SetupVerifyTest() {
        facts_.places = {partition(2 * kGiB)};
        record_.options = usual_options();
        record_.state = SetupRecord::State::Applied;
        const Plan plan = make_plan(record_.options, facts_, record_);
        record_.swap = plan.swap;
        const std::string text = std::get<WriteFile>(plan.changes[0].what).text.value();
        record_.files = {{files::kGrub, std::nullopt, 0644, text}};
        facts_.texts[files::kGrub] = text;
        facts_.boot.menu_text = menu_with("resume=UUID=vdb");
        facts_.power.resume.device = "254:16";
        facts_.power.resume.offset = 0;
        facts_.power.resume.header = "/dev/vdb";
        facts_.power.resume.signature = "SWAPSPACE2";
        facts_.power.swap.active = {
            {.name = "/dev/vdb", .size = 2 * kGiB, .device = "254:16", .offset = 0}};
    }

    std::vector<std::string> found() {
        std::vector<std::string> codes;
        for (const Finding& finding : verify(facts_, record_)) codes.push_back(finding.code);
        return codes;
    }
    bool finds(const std::string& code) {
        const auto codes = found();
        return std::find(codes.begin(), codes.end(), code) != codes.end();
    }

    Facts facts_ = machine();
    SetupRecord record_;
};

TEST_F(SetupVerifyTest, AMachineThatWasSetUp) { EXPECT_EQ(found(), std::vector<std::string>{}); }

TEST_F(SetupVerifyTest, WithoutARecord) {
    EXPECT_EQ(verify(facts_, std::nullopt)[0].code, "setup.not-applied");
}

TEST_F(SetupVerifyTest, AChangedFile) {
    facts_.texts[files::kGrub] = "";
    EXPECT_TRUE(finds("setup.changed"));
}

TEST_F(SetupVerifyTest, AMenuOfAnotherKernelToo) {
    facts_.initramfs.images.push_back({.path = "/boot/initrd.img-6.2", .release = "6.2"});
    *facts_.boot.menu_text += "\tlinux /boot/vmlinuz-6.2 ro\n";
    EXPECT_TRUE(finds("setup.menu"));
    *facts_.boot.menu_text = menu_with("resume=UUID=vdb") + "\tlinux /other/vmlinuz ro\n";
    EXPECT_FALSE(finds("setup.menu"));
}

TEST_F(SetupVerifyTest, AnInitramfsThatCannot) {
    facts_.initramfs.images[0].lacks = {"the module nvme"};
    EXPECT_TRUE(finds("setup.initramfs"));
}

TEST_F(SetupVerifyTest, NoKernelToLookAt) {
    facts_.initramfs.images.clear();
    EXPECT_TRUE(finds("setup.initramfs"));
}

TEST_F(SetupVerifyTest, NoHeaderWhereTheKernelLooks) {
    facts_.power.resume.signature = std::string(10, '\0');
    EXPECT_TRUE(finds("setup.header"));
}

TEST_F(SetupVerifyTest, WhatPreflightFinds) {
    facts_.power.swap.active.clear();
    EXPECT_TRUE(finds("swap.none"));
}

TEST_F(SetupVerifyTest, AnImageWaitsForItsFirstBoot) {
    facts_ = Facts{.offline = true};
    facts_.texts[files::kAtBoot] = "";
    record_ = SetupRecord{};
    record_.files = {{files::kAtBoot, std::nullopt, 0644, ""}};
    EXPECT_EQ(found(), std::vector<std::string>{});
    facts_.texts.clear();
    EXPECT_EQ(found(), std::vector<std::string>{"setup.changed"});
}

}  // namespace
}  // namespace hypnos::test
