// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/setup/setup_facts.hpp"

namespace hypnos::test {
namespace {

using Names = std::vector<std::string>;
using State = SetupRecord::State;

Names names_of(const Changes& changes) {
    Names names;
    for (const Change& change : changes)
        names.push_back(std::string(name_of(change)) + " " + subject_of(change));
    return names;
}

class SetupPlanTest : public ::testing::Test {
  protected:
    Plan plan() { return make_plan(options_, facts_, record_); }

    /// What an Applier would leave in texts and record.
    void write(const WriteFile& change) {
        if (!record_) record_.emplace();
        std::erase_if(record_->files, [&](const auto& file) { return file.path == change.path; });
        if (change.text)
            record_->files.push_back({change.path, facts_.texts[change.path], 0644, *change.text});
        facts_.texts[change.path] = change.text;
    }

    void make_file() {
        const Plan planned = plan();
        if (!record_) record_.emplace();
        record_->options = options_;
        record_->swap = planned.swap;
        record_->swap->offset = 34816;
        facts_.own = Place{.path = kSwapFile,
                           .name = kSwapFile,
                           .file = true,
                           .uuid = planned.swap->uuid,
                           .bytes = planned.swap->bytes,
                           .device = "254:1",
                           .resume = "UUID=root-uuid",
                           .offset = 34816};
    }

    /// As apply leaves the machine.
    void apply() {
        make_file();
        for (const Change& change : plan().changes)
            if (const auto* written = std::get_if<WriteFile>(&change.what)) write(*written);
        facts_.boot.menu_text = menu_with("resume=UUID=root-uuid resume_offset=34816");
        facts_.power.resume.device = "254:1";
        facts_.power.resume.offset = 34816;
        if (options_.activation == "always") facts_.own->active = true;
        record_->state = State::Applied;
    }

    Options options_ = usual_options();
    Facts facts_ = machine();
    std::optional<SetupRecord> record_;
};

TEST_F(SetupPlanTest, FromNothingToAMachineThatCanHibernate) {
    EXPECT_EQ(names_of(plan().changes),
              (Names{"MakeSwap /swap/hypnos.swap", "WriteFile /etc/default/grub.d/hypnos.cfg",
                     "Generate boot", "SyncBoot /boot"}));
    make_file();
    EXPECT_EQ(names_of(plan().changes),
              (Names{"WriteFile /etc/default/grub.d/hypnos.cfg", "Generate boot", "SyncBoot /boot",
                     "TellKernel /sys/power/resume: 254:1, offset 34816"}));
}

TEST_F(SetupPlanTest, ASecondTimeNothingIsDue) {
    apply();
    EXPECT_EQ(names_of(plan().changes), Names{});
    options_.activation = "always";
    apply();
    EXPECT_EQ(names_of(plan().changes), Names{});
}

TEST_F(SetupPlanTest, AlwaysMeansALineInFstabAndOnNow) {
    options_.activation = "always";
    make_file();
    const Names names = names_of(plan().changes);
    EXPECT_NE(std::find(names.begin(), names.end(), "WriteFile /etc/fstab"), names.end());
    EXPECT_NE(std::find(names.begin(), names.end(), "SwapOn /swap/hypnos.swap"), names.end());
}

TEST_F(SetupPlanTest, WhatIsNotWantedAnyMoreGoes) {
    const Text before = facts_.texts[files::kFstab];
    options_.activation = "always";
    apply();
    ASSERT_NE(facts_.texts[files::kFstab], before);
    options_.activation = "hibernate-only";
    const Changes changes = plan().changes;
    ASSERT_EQ(names_of(changes), Names{"WriteFile /etc/fstab"});
    EXPECT_EQ(std::get<WriteFile>(changes[0].what).text, before);
}

TEST_F(SetupPlanTest, AGeneratorThatDidNotRunIsRun) {
    apply();
    record_->to_run = {"boot"};
    EXPECT_EQ(names_of(plan().changes), (Names{"Generate boot", "SyncBoot /boot"}));
}

TEST_F(SetupPlanTest, AMenuThatSomebodyMadeWithoutUsIsMadeAnew) {
    apply();
    facts_.boot.menu_text = menu_with("quiet");
    EXPECT_EQ(names_of(plan().changes), (Names{"Generate boot", "SyncBoot /boot"}));
}

TEST_F(SetupPlanTest, AnInitramfsThatCannotResumeIsMadeAnew) {
    apply();
    facts_.initramfs.images[0].lacks = {"the module nvme"};
    EXPECT_EQ(names_of(plan().changes), (Names{"Generate initramfs", "SyncBoot /boot"}));
    facts_.initramfs.images[0] = {.path = "/boot/initrd.img-6.1", .release = "6.1", .there = false};
    EXPECT_EQ(names_of(plan().changes), (Names{"Generate initramfs", "SyncBoot /boot"}));
}

TEST_F(SetupPlanTest, DracutIsTold) {
    facts_.initramfs.generator = Generator::Dracut;
    make_file();
    const Names names = names_of(plan().changes);
    EXPECT_EQ(names[1], "WriteFile /etc/dracut.conf.d/hypnos.conf");
    EXPECT_EQ(names[2], "Generate boot") << "an initramfs that can resume is left alone";
}

TEST_F(SetupPlanTest, BlsEntriesAreEditedAndNoMenuIsMade) {
    facts_.boot = {.loader = BootLoader::Bls, .entries = {"/boot/loader/entries/a.conf"}};
    facts_.texts["/boot/loader/entries/a.conf"] = "options ro\n";
    make_file();
    const Changes changes = plan().changes;
    EXPECT_EQ(names_of(changes), (Names{"WriteFile /boot/loader/entries/a.conf", "SyncBoot /boot",
                                        "TellKernel /sys/power/resume: 254:1, offset 34816"}));
    EXPECT_EQ(std::get<WriteFile>(changes[0].what).text,
              "options ro resume=UUID=root-uuid resume_offset=34816\n");
}

TEST_F(SetupPlanTest, ANewPlaceReplacesTheOldInAnEntry) {
    facts_.boot = {.loader = BootLoader::Bls, .entries = {"/boot/loader/entries/a.conf"}};
    facts_.texts["/boot/loader/entries/a.conf"] = "options ro\n";
    apply();
    facts_.own->offset = 99;
    const Changes changes = plan().changes;
    EXPECT_EQ(std::get<WriteFile>(changes[0].what).text,
              "options ro resume=UUID=root-uuid resume_offset=99\n");
}

TEST_F(SetupPlanTest, ASwapThatIsThereIsOnlyNamed) {
    facts_.places = {partition(2 * kGiB)};
    EXPECT_EQ(names_of(plan().changes),
              (Names{"WriteFile /etc/default/grub.d/hypnos.cfg", "Generate boot", "SyncBoot /boot",
                     "TellKernel /sys/power/resume: 254:16, offset 0"}));
}

TEST_F(SetupPlanTest, WhatOthersSayAlreadyIsNotSaidAgain) {
    facts_.places = {partition(2 * kGiB)};
    facts_.boot.others = {{"/etc/default/grub", "GRUB_CMDLINE_LINUX=\"resume=UUID=vdb\""}};
    facts_.boot.menu_text = menu_with("resume=UUID=vdb");
    facts_.power.resume.device = "254:16";
    EXPECT_EQ(names_of(plan().changes), Names{});
}

TEST_F(SetupPlanTest, AnImageGetsWhatDependsOnNoMachine) {
    facts_.offline = true;
    EXPECT_EQ(names_of(plan().changes), Names{"WriteFile /var/lib/hypnos/setup-at-boot"});
    facts_.initramfs.generator = Generator::Dracut;
    EXPECT_EQ(names_of(plan().changes), (Names{"WriteFile /etc/dracut.conf.d/hypnos.conf",
                                               "WriteFile /var/lib/hypnos/setup-at-boot"}));
}

TEST_F(SetupPlanTest, TheFirstBootIsDoneLast) {
    facts_.texts[files::kAtBoot] = "";
    make_file();
    EXPECT_EQ(names_of(plan().changes).back(), "WriteFile /var/lib/hypnos/setup-at-boot");
    EXPECT_FALSE(std::get<WriteFile>(plan().changes.back().what).text);
}

class SetupUndoTest : public SetupPlanTest {
  protected:
    Text undone(const std::string& path) {
        for (const Change& change : make_undo_plan(*record_, facts_.texts))
            if (const auto* written = std::get_if<WriteFile>(&change.what);
                written && written->path == path)
                return written->text;
        return "not touched";
    }
};

TEST_F(SetupUndoTest, EverythingGoesBack) {
    const Texts before = facts_.texts;
    options_.activation = "always";
    apply();
    EXPECT_EQ(names_of(make_undo_plan(*record_, facts_.texts)),
              (Names{"WriteFile /etc/default/grub.d/hypnos.cfg", "WriteFile /etc/fstab",
                     "Generate boot", "SyncBoot /boot", "RemoveSwap /swap/hypnos.swap"}));
    EXPECT_EQ(undone(files::kFstab), before.at(files::kFstab));
    EXPECT_EQ(undone(files::kGrub), std::nullopt);
}

TEST_F(SetupUndoTest, WhatOthersChangedMeanwhileStays) {
    options_.activation = "always";
    apply();
    facts_.texts[files::kFstab] =
        *facts_.texts[files::kFstab] + "/dev/vdc /data ext4 defaults 0 2\n";
    EXPECT_EQ(undone(files::kFstab),
              "/dev/vda1 / ext4 defaults 0 1\n/dev/vdc /data ext4 defaults 0 2\n");
}

class SetupEntriesTest : public SetupUndoTest {
  protected:
    static constexpr const char* kEntry = "/boot/loader/entries/a.conf";
    static constexpr const char* kNewer = "/boot/loader/entries/b.conf";

    SetupEntriesTest() {
        facts_.boot = {.loader = BootLoader::Bls, .entries = {kEntry}};
        facts_.texts[kEntry] = "options ro\n";
        apply();
    }
};

TEST_F(SetupEntriesTest, OneThatSomebodyRemovedStaysRemoved) {
    facts_.texts[kEntry] = std::nullopt;
    facts_.boot.entries.clear();
    EXPECT_EQ(names_of(plan().changes), Names{});
    EXPECT_EQ(undone(kEntry), std::nullopt);
}

TEST_F(SetupEntriesTest, OneThatSomebodyEditedLosesOnlyOurPart) {
    facts_.texts[kEntry] = "options quiet resume=UUID=root-uuid resume_offset=34816 ro\n";
    EXPECT_EQ(undone(kEntry), "options quiet ro\n");
    facts_.own->offset = 99;
    EXPECT_EQ(std::get<WriteFile>(plan().changes[0].what).text,
              "options quiet ro resume=UUID=root-uuid resume_offset=99\n");
}

TEST_F(SetupUndoTest, ArgumentsThatWereThereBeforeUsStay) {
    constexpr const char* kTheirs = "options ro resume=/dev/vdb\n";
    facts_.boot = {.loader = BootLoader::Bls,
                   .entries = {"/boot/loader/entries/a.conf", "/boot/loader/entries/b.conf"},
                   .named = {{"/dev/vdb", "254:16"}}};
    facts_.texts["/boot/loader/entries/b.conf"] = "options quiet\n";
    facts_.texts["/boot/loader/entries/a.conf"] = kTheirs;
    facts_.places = {partition(2 * kGiB)};
    facts_.initramfs.generator = Generator::Dracut;
    const Plan planned = plan();
    record_.emplace();
    record_->swap = planned.swap;
    for (const Change& change : planned.changes)
        if (const auto* written = std::get_if<WriteFile>(&change.what)) write(*written);
    facts_.power.resume.device = "254:16";
    EXPECT_EQ(names_of(plan().changes), Names{});
    EXPECT_EQ(facts_.texts["/boot/loader/entries/a.conf"], kTheirs);
    EXPECT_EQ(undone("/boot/loader/entries/b.conf"), "options quiet\n");
    EXPECT_EQ(undone("/boot/loader/entries/a.conf"), "not touched");
}

TEST_F(SetupEntriesTest, OneOfANewKernelThatHasACopyOfOurs) {
    facts_.boot.entries.push_back(kNewer);
    facts_.texts[kNewer] = facts_.texts[kEntry];
    EXPECT_EQ(names_of(plan().changes), Names{});
    EXPECT_EQ(undone(kNewer), "options ro\n");
}

TEST_F(SetupUndoTest, ASwapOfOthersStays) {
    facts_.places = {partition(2 * kGiB)};
    const Plan planned = plan();
    record_.emplace();
    record_->swap = planned.swap;
    EXPECT_EQ(names_of(make_undo_plan(*record_, facts_.texts)), Names{});
}

TEST_F(SetupUndoTest, AGeneratorThatIsDueRunsThoughItsFileIsBack) {
    record_.emplace();
    record_->to_run = {"boot"};
    EXPECT_EQ(names_of(make_undo_plan(*record_, facts_.texts)),
              (Names{"Generate boot", "SyncBoot /boot"}));
}

}  // namespace
}  // namespace hypnos::test
