// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Facts that come from hypnos-setup's record.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "glib/unique_fd.hpp"
#include "sleep/core/setup_record.hpp"
#include "sleep/system/facts/facts.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

using Strings = std::vector<std::string>;

constexpr const char* kFile = "/swap/hypnos.swap";

class SetupFactsTest : public testing::Test {
  protected:
    SetupFactsTest() {
        temp_.write("/sys/power/state", "freeze mem disk\n");
        temp_.write("/sys/power/disk", "[platform] shutdown reboot suspend\n");
        temp_.write("/proc/swaps", "Filename\n");
        temp_.write("/proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
        temp_.write(kFile, header("SWAPSPACE2"));
        const UniqueFd file(open(temp_.path(kFile).c_str(), O_RDONLY | O_CLOEXEC));
        EXPECT_EQ(fsync(file.get()), 0);  // or it has no place yet
        record_.state = SetupRecord::State::Applied;
        record_.swap = {kFile, "file", "1-2", 1 << 30, "hibernate-only", true, "UUID=3"};
        save();
    }

    static std::string header(const std::string& signature) {
        return std::string(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) - 10, 'x') + signature;
    }
    void save() const { temp_.write(SetupRecord::kPath, to_json(record_).dump()); }
    PowerFacts read(StandingByCounts counts = StandingByCounts::Yes) const {
        return read_power_facts(Power(temp_.root()), SleepMode::Disk, counts);
    }
    Strings codes() const {
        Strings result;
        for (const Finding& finding : preflight({.mode = SleepMode::Disk}, read()))
            result.push_back(finding.code);
        return result;
    }

    test::TempRoot temp_;
    SetupRecord record_;
};

TEST_F(SetupFactsTest, ASwapThatStandsByIsLocatedLikeOneThatIsOn) {
    const SwapFacts facts = read().swap;
    ASSERT_EQ(facts.active.size(), 1U);
    EXPECT_EQ(facts.active[0].name, kFile);
    EXPECT_EQ(facts.active[0].device, "254:1");
    EXPECT_EQ(facts.active[0].size, 1U << 30U);
    EXPECT_TRUE(facts.active[0].only_for_sleep);
    EXPECT_EQ(codes(), Strings{});
    const PowerFacts quick = read_quick_facts(Power(temp_.root()), StandingByCounts::Yes);
    EXPECT_EQ(quick.swap.active.size(), 1U);
}

TEST_F(SetupFactsTest, ItCountsOnlyForWhoSwitchesItOn) {
    EXPECT_TRUE(read(StandingByCounts::No).swap.active.empty());
}

TEST_F(SetupFactsTest, OneThatIsOnIsKnownAsTheOneForSleeps) {
    temp_.write("/proc/swaps", std::string("Filename\n") + kFile + " file 64 8 -2\n");
    const SwapFacts facts = read().swap;
    ASSERT_EQ(facts.active.size(), 1U);
    EXPECT_TRUE(facts.active[0].only_for_sleep);
    EXPECT_EQ(facts.active[0].used, 8192U);
    EXPECT_FALSE(facts.standing_by);
}

TEST_F(SetupFactsTest, OneThatIsOnIsFoundBehindALink) {
    temp_.link("/dev/mapper/swap", "../.." + std::string(kFile));
    record_.swap->path = "/dev/mapper/swap";
    save();
    temp_.write("/proc/swaps", std::string("Filename\n") + kFile + " file 64 8 -2\n");
    const SwapFacts facts = read().swap;
    ASSERT_EQ(facts.active.size(), 1U);
    EXPECT_EQ(facts.active[0].name, "/dev/mapper/swap");
    EXPECT_TRUE(facts.active[0].only_for_sleep);
}

TEST_F(SetupFactsTest, ASwapThatIsOnFromEachBootDoesNotStandBy) {
    record_.swap->activation = "always";
    save();
    EXPECT_EQ(codes(), Strings{"swap.none"});
    EXPECT_FALSE(read().swap.standing_by);
}

TEST_F(SetupFactsTest, ASetUpThatIsNotThereCountsForNothing) {
    for (const auto state : {SetupRecord::State::Pending, SetupRecord::State::Undoing}) {
        record_.state = state;
        save();
        EXPECT_TRUE(read().swap.active.empty());
    }
    temp_.write(SetupRecord::kPath, "{");
    EXPECT_TRUE(read().swap.active.empty());
}

TEST_F(SetupFactsTest, AFileThatIsGone) {
    std::filesystem::remove(temp_.path(kFile));
    EXPECT_FALSE(read().swap.standing_by->there);
    EXPECT_EQ(codes(), Strings{"swap.none"});
}

TEST_F(SetupFactsTest, AFileThatIsNoSwap) {
    temp_.write(kFile, header("xxxxxxxxxx"));
    EXPECT_EQ(codes(), Strings{"swap.none"});
}

TEST_F(SetupFactsTest, AFileWithAnImage) {
    temp_.write(kFile, header("S1SUSPEND\n"));
    EXPECT_EQ(codes(), Strings{"swap.stale-image"});
}

TEST_F(SetupFactsTest, AFileThatHasMoved) {
    const std::optional<std::uint64_t> begins = read().swap.active[0].offset;
    if (!begins) GTEST_SKIP() << "this file system does not tell where files begin";
    temp_.write("/sys/power/resume", "254:1\n");
    temp_.write("/sys/power/resume_offset", std::to_string(*begins) + "\n");
    EXPECT_EQ(codes(), Strings{});
    temp_.write("/sys/power/resume_offset", std::to_string(*begins + 1) + "\n");
    EXPECT_EQ(codes(), Strings{"swap.offset"});
}

TEST_F(SetupFactsTest, TheMenuHasTheOffsetOfARecordThatIsAppliedAndProven) {
    const auto menu_offset = [this] {
        save();
        return read().resume.menu_offset;
    };
    record_.swap->offset = 5;
    EXPECT_FALSE(menu_offset()) << "no file was found good";
    record_.boot_files = {{"/boot/grub/grub.cfg", 1, 1}};
    EXPECT_EQ(menu_offset(), 5U);
    record_.state = SetupRecord::State::Applying;
    EXPECT_FALSE(menu_offset());
    record_.state = SetupRecord::State::Applied;
    record_.options.boot = "none";
    EXPECT_FALSE(menu_offset());
}

TEST_F(SetupFactsTest, BootFilesAreComparedWithTheRecord) {
    temp_.write("/boot/initrd.img-6.1", "x");
    temp_.write("/boot/vmlinuz-6.1", "x");
    struct stat status {};
    ASSERT_EQ(stat(temp_.path("/boot/initrd.img-6.1").c_str(), &status), 0);
    const std::int64_t mtime = status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    record_.boot_files = {{"/boot/initrd.img-6.1", 1, mtime}};
    save();
    EXPECT_EQ(codes(), Strings{});
    temp_.write("/boot/vmlinuz-6.2", "x");
    EXPECT_EQ(read().resume.unproven, Strings{"/boot/vmlinuz-6.2: new"});
    temp_.write("/boot/initrd.img-6.1", "xy");
    EXPECT_EQ(codes(), Strings{"resume.unproven"});
}

}  // namespace
}  // namespace hypnos::sleep
