// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Findings about hibernation, its swap, its image and the boot that resumes it.

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/unit/sleep/core/preflight_facts.hpp"

namespace hypnos::sleep {
namespace {

using namespace test;

constexpr PreflightQuestion kLogindDisk = {.mode = SleepMode::Disk, .logind_backend = true};

/// Both modes that use the disk find the same, a RAM sleep nothing; the disk's first finding.
Finding found_on_disk_only(const PowerFacts& facts, const std::string& code) {
    EXPECT_EQ(codes(kRam, facts), Strings{});
    EXPECT_EQ(codes(kDisk, facts), Strings{code});
    EXPECT_EQ(codes(kHybrid, facts), Strings{code});
    const std::vector<Finding> findings = preflight(kDisk, facts);
    return findings.empty() ? Finding{} : findings[0];
}

PowerFacts disabled() {
    PowerFacts facts = capable();
    facts.machine.state = parse_choice("freeze mem");
    facts.machine.disk = parse_choice("[disabled]");
    facts.disabled.searched = true;
    return facts;
}

TEST(PreflightDisabled, LockdownIsNamed) {
    PowerFacts facts = disabled();
    facts.disabled.lockdown = parse_choice("none [integrity] confidentiality");
    EXPECT_EQ(found_on_disk_only(facts, "pm.disabled").subject,
              "/sys/kernel/security/lockdown: none [integrity] confidentiality");
}

TEST(PreflightDisabled, TheCommandLineIsNamed) {
    for (const std::string word : {"nohibernate", "hibernate=no"}) {
        PowerFacts facts = disabled();
        facts.disabled.lockdown = parse_choice("[none] integrity confidentiality");
        facts.kernel.command_line = {"quiet", word};
        EXPECT_EQ(found_on_disk_only(facts, "pm.disabled").subject, "/proc/cmdline: " + word);
    }
}

TEST(PreflightDisabled, HoldersOfSecretMemoryAreNamed) {
    PowerFacts facts = disabled();
    facts.disabled.secretmem = {{12, "bitwarden"}, {13, "other"}};
    EXPECT_EQ(found_on_disk_only(facts, "pm.disabled").subject,
              "/proc/12: secretmem of bitwarden (pid 12), other (pid 13)");
}

TEST(PreflightDisabled, CxlMemoryIsNamed) {
    PowerFacts facts = disabled();
    facts.disabled.cxl = {"mem0"};
    EXPECT_EQ(found_on_disk_only(facts, "pm.disabled").subject, "/sys/bus/cxl/devices: mem0");
}

TEST(PreflightDisabled, AHolderThatHidesIsSuspected) {
    const Finding finding = found_on_disk_only(disabled(), "pm.disabled");
    EXPECT_EQ(finding.subject, "/sys/power/disk: [disabled]");
    EXPECT_NE(finding.hint.find("unknown holder"), std::string::npos) << finding.hint;
}

TEST(PreflightDisabled, WithoutSecretMemoryThereIsNoHolder) {
    PowerFacts facts = disabled();
    facts.disabled.secretmem_possible = false;
    const Finding finding = found_on_disk_only(facts, "pm.disabled");
    EXPECT_EQ(finding.hint.find("holder"), std::string::npos) << finding.hint;
}

TEST(PreflightDisabled, WhoHasNotSearchedSaysWhoWill) {
    PowerFacts facts = disabled();
    facts.disabled.searched = false;
    const Finding finding = found_on_disk_only(facts, "pm.disabled");
    EXPECT_NE(finding.hint.find("hypnos-preflight"), std::string::npos) << finding.hint;
}

TEST(PreflightSnapshot, WhoHoldsItIsNamed) {
    PowerFacts facts = capable();
    facts.snapshot = {.open_error = EBUSY, .reached = true, .holders = {{7, "s2disk"}}};
    EXPECT_EQ(found_on_disk_only(facts, "pm.busy").subject,
              "/dev/snapshot: open in s2disk (pid 7)");
    facts.snapshot.holders = {};
    EXPECT_EQ(found_on_disk_only(facts, "pm.busy").subject,
              "/dev/snapshot: EBUSY, by an unknown holder");
}

TEST(PreflightSnapshot, ARefusalIsTheKernelsOnlyIfItGotThere) {
    PowerFacts facts = capable();
    facts.snapshot = {.open_error = EPERM, .reached = true};
    found_on_disk_only(facts, "pm.notifier");
    facts.snapshot.reached = false;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.snapshot.open_error = ENOENT;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
}

TEST(PreflightSwap, NoneButZramIsNone) {
    PowerFacts facts = capable();
    facts.swap.active = {};
    EXPECT_EQ(found_on_disk_only(facts, "swap.none").subject, "/proc/swaps: nothing");
    facts.swap.active = {{.name = "/dev/zram0", .zram = true}};
    EXPECT_EQ(found_on_disk_only(facts, "swap.none").subject, "/proc/swaps: only zram");
}

TEST(PreflightSwap, AFileWithHolesExplainsWhyItIsOff) {
    PowerFacts facts = capable();
    facts.swap.with_holes = {"/swapfile"};
    EXPECT_EQ(found_on_disk_only(facts, "swap.hole").subject, "/etc/fstab: /swapfile has holes");
}

TEST(PreflightSwap, IsTooSmallForHalfOfWhatIsInUse) {
    PowerFacts facts = capable();
    facts.memory.info["AnonPages"] = 200 * kMib;
    facts.memory.info["Shmem"] = 100 * kMib;
    facts.swap.active[0].size = 400 * kMib;
    facts.swap.active[0].used = 100 * kMib;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.swap.active[0].used = 101 * kMib;
    EXPECT_EQ(found_on_disk_only(facts, "swap.small?").subject,
              "/proc/swaps: /dev/vdb has 299 MiB left, memory in use is 300 MiB");
    facts.swap.active[0].used = 250 * kMib;
    found_on_disk_only(facts, "swap.small?");
    facts.swap.active[0].used = 251 * kMib;
    found_on_disk_only(facts, "swap.small");
}

TEST(PreflightSwap, AnotherSwapsRoomDoesNotHelp) {
    PowerFacts facts = capable();
    facts.swap.active[0].size = 10 * kMib;
    facts.swap.active.push_back({.name = "/dev/vdc", .size = 1024 * kMib, .device = "254:32"});
    found_on_disk_only(facts, "swap.small");
}

TEST(PreflightSwap, LockedMemoryCannotBeCopied) {
    PowerFacts facts = capable();
    facts.memory.info["Hugetlb"] = 512 * kMib;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.memory.info["Mlocked"] = kMib;
    facts.memory.info["Unevictable"] = kMib;  // the same memory, not counted twice
    EXPECT_EQ(found_on_disk_only(facts, "swap.mlocked?").subject,
              "/proc/meminfo: 513 MiB of 1024 MiB are locked or huge pages");
}

TEST(PreflightSwap, MustBeWhereResumeLooks) {
    PowerFacts facts = capable();
    facts.resume.device = "254:32";
    EXPECT_EQ(found_on_disk_only(facts, "swap.wrong-one").subject,
              "/sys/power/resume: 254:32; /dev/vdb is on 254:16");
    facts.swap.active[0].device = "";
    EXPECT_EQ(codes(kDisk, facts), Strings{}) << "an unknown device may be the right one";
}

TEST(PreflightSwap, WithoutADeviceTheKernelTakesTheFirst) {
    PowerFacts facts = capable();
    facts.resume.device = "0:0";
    facts.kernel.command_line = {"resume=/dev/vdb"};
    facts.swap.active.insert(facts.swap.active.begin(), {.name = "/dev/zram0", .zram = true});
    EXPECT_EQ(codes(kDisk, facts), (Strings{"swap.wrong-one", "resume.initramfs?"}));
    std::swap(facts.swap.active[0], facts.swap.active[1]);
    EXPECT_EQ(codes(kDisk, facts), Strings{"resume.initramfs?"});
}

/// A swap file on the root file system.
PowerFacts with_swap_file() {
    PowerFacts facts = capable();
    facts.swap.active = {{.name = "/swapfile",
                          .file = true,
                          .size = 1024 * kMib,
                          .device = "254:1",
                          .offset = 34816}};
    facts.resume.device = "254:1";
    facts.resume.offset = 34816;
    facts.kernel.command_line = {"resume=/dev/vda1", "resume_offset=34816"};
    return facts;
}

TEST(PreflightSwap, AFileMustBeginWhereResumeLooks) {
    PowerFacts facts = with_swap_file();
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.resume.offset = 0;
    EXPECT_EQ(found_on_disk_only(facts, "swap.offset").subject,
              "/sys/power/resume_offset: 0; /swapfile begins at 34816");
    facts.swap.active[0].offset = std::nullopt;
    EXPECT_EQ(codes(kDisk, facts), Strings{}) << "an unknown place may be the right one";
}

TEST(PreflightSwap, TheNextBootMustBeToldTheSameOffset) {
    PowerFacts facts = with_swap_file();
    facts.kernel.command_line = {"resume=/dev/vda1", "resume_offset=1"};
    EXPECT_EQ(found_on_disk_only(facts, "swap.offset").subject,
              "/proc/cmdline: resume_offset=1; /swapfile begins at 34816");
}

TEST(PreflightSwap, WhatHypnosSetupHasToldTheMenuCountsForMoreThanThisBootsOffset) {
    PowerFacts facts = with_swap_file();
    facts.kernel.command_line = {"resume=/dev/vda1", "resume_offset=1"};
    facts.resume.menu_offset = 34816;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.resume.menu_offset = 1;
    EXPECT_EQ(codes(kDisk, facts), Strings{"swap.offset"});
    facts.resume.menu_offset = 34816;
    facts.resume.unproven = {"/boot/grub/grub.cfg: changed"};
    EXPECT_EQ(codes(kDisk, facts), (Strings{"swap.offset", "resume.unproven?"}));
}

TEST(PreflightSwap, AFirstFileHasAnOffsetTooWhereNoDeviceIsNamed) {
    PowerFacts facts = with_swap_file();
    facts.resume.device = "0:0";
    facts.resume.offset = 0;
    facts.resume.efi = true;
    facts.kernel.command_line = {"quiet"};
    EXPECT_EQ(codes(kDisk, facts), (Strings{"swap.offset", "resume.cmdline"}));
    EXPECT_EQ(codes(kLogindDisk, facts), Strings{}) << "systemd sets both";
}

TEST(PreflightSwap, AnImageThatWasNeverResumedIsNotOverwritten) {
    PowerFacts facts = capable();
    facts.resume.signature = "S1SUSPEND";
    EXPECT_EQ(found_on_disk_only(facts, "swap.stale-image").subject, "/dev/vdb: S1SUSPEND");
}

TEST(PreflightSwap, AKeyOfOneBootIsNoKeyForAnImage) {
    PowerFacts facts = capable();
    facts.swap.active[0].encrypted = true;
    facts.swap.active[0].random_key = "cswap has its key from /dev/urandom";
    EXPECT_EQ(found_on_disk_only(facts, "sec.image").subject,
              "/etc/crypttab: cswap has its key from /dev/urandom");
}

TEST(PreflightSwap, AnImageInPlainTextMattersWhereOtherDisksAreEncrypted) {
    PowerFacts facts = capable();
    facts.swap.encrypted_disks = {"root"};
    EXPECT_EQ(found_on_disk_only(facts, "sec.image?").subject, "/dev/vdb: not encrypted; root is");
    facts.swap.active[0].encrypted = true;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
}

TEST(PreflightResume, TheNextBootMustNotBeToldToIgnoreTheImage) {
    for (const std::string word : {"noresume", "hibernate=noresume"}) {
        PowerFacts facts = capable();
        facts.kernel.command_line = {word};
        EXPECT_EQ(found_on_disk_only(facts, "resume.cmdline").subject, "/proc/cmdline: " + word);
    }
}

TEST(PreflightResume, SomebodyMustHaveNamedTheSwap) {
    PowerFacts facts = capable();
    facts.resume.device = "0:0";
    found_on_disk_only(facts, "resume.cmdline");
    facts.kernel.command_line = std::nullopt;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
}

TEST(PreflightResume, SystemdNamesItByEfi) {
    PowerFacts facts = capable();
    facts.resume.device = "0:0";
    facts.resume.efi = true;
    EXPECT_EQ(codes(kDisk, facts), Strings{"resume.cmdline"}) << "the agent does not";
    EXPECT_EQ(codes(kLogindDisk, facts), Strings{});
    facts.resume.efi_variables_writable = false;
    EXPECT_EQ(codes(kLogindDisk, facts), Strings{"resume.efi?"});
    facts.resume.device = "254:16";
    EXPECT_EQ(codes(kLogindDisk, facts), Strings{});
}

TEST(PreflightResume, AnInitramfsThatDidNotLookIsToldOf) {
    PowerFacts facts = capable();
    facts.resume.device = "0:0";
    facts.kernel.command_line = {"resume=UUID=1"};
    EXPECT_EQ(found_on_disk_only(facts, "resume.initramfs?").subject,
              "/sys/power/resume: 0:0, but resume=UUID=1");
}

TEST(PreflightResume, ACompressorThatIsAModuleIsToldOf) {
    PowerFacts facts = capable();
    facts.resume.compressor = "lz4";
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.resume.compressor_built_in = false;
    EXPECT_EQ(found_on_disk_only(facts, "resume.compressor?").subject,
              "/sys/module/hibernate/parameters/compressor: lz4");
}

TEST(PreflightResume, AnotherKernelMayNotReadTheImage) {
    PowerFacts facts = capable();
    facts.kernel.update = "/run/reboot-required.pkgs: linux-image-amd64";
    EXPECT_EQ(found_on_disk_only(facts, "kernel.updated?").subject, facts.kernel.update);
    facts.kernel.modules_gone = true;
    EXPECT_EQ(found_on_disk_only(facts, "kernel.updated?").subject,
              "/lib/modules/6.12.0: not there");
    facts.kernel.image_needs_same_kernel = true;
    found_on_disk_only(facts, "kernel.updated");
}

TEST(PreflightMemory, FragmentationIsToldOf) {
    PowerFacts facts = capable();
    facts.memory.largest_free_order = 3;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.memory.largest_free_order = 2;
    found_on_disk_only(facts, "mem.frag?");
}

TEST(PreflightMemory, ABalloonWillBeEmptied) {
    PowerFacts facts = capable();
    facts.memory.balloon = kMib - 1;
    EXPECT_EQ(codes(kDisk, facts), Strings{});
    facts.memory.balloon = 64 * kMib;
    EXPECT_EQ(found_on_disk_only(facts, "mem.balloon?").subject,
              "/proc/vmstat: 64 MiB in the balloon");
}

}  // namespace
}  // namespace hypnos::sleep
