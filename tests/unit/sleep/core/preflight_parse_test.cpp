// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include "sleep/core/preflight/parse.hpp"

namespace hypnos::sleep {
namespace {

using Strings = std::vector<std::string>;

TEST(ParseChoice, ReadsWordsAndTheChosenOne) {
    const Choice choice = parse_choice("s2idle [deep]");
    EXPECT_EQ(choice.words, (Strings{"s2idle", "deep"}));
    EXPECT_EQ(choice.chosen, "deep");
    EXPECT_EQ(choice.text, "s2idle [deep]");
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

TEST(ParseSwaps, SkipsTitlesAndDeletedFilesAndKnowsKinds) {
    const std::vector<Swap> swaps = parse_swaps(
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
        "/dev/zram0                              partition\t1000\t0\t100\n"
        "/swap\\040file\\040(deleted)             file\t1000\t0\t-2\n"
        "/swap\\040file                           file\t1000\t12\t-2\n"
        "/dev/vdb                                partition\t1000\t0\t-3\n");
    ASSERT_EQ(swaps.size(), 3U);
    EXPECT_EQ(swaps[0].name, "/dev/zram0");
    EXPECT_TRUE(swaps[0].zram);
    EXPECT_EQ(swaps[1].name, "/swap file");
    EXPECT_TRUE(swaps[1].file);
    EXPECT_EQ(swaps[1].size, 1024000U);
    EXPECT_EQ(swaps[1].used, 12288U);
    EXPECT_EQ(swaps[2].name, "/dev/vdb");
    EXPECT_FALSE(swaps[2].zram || swaps[2].file);
}

TEST(ParseSwaps, NothingIsNothing) {
    EXPECT_TRUE(parse_swaps("").empty());
    EXPECT_TRUE(parse_swaps("Filename Type Size Used Priority\n").empty());
    EXPECT_TRUE(parse_swaps("/dev/vdb\n").empty());
}

TEST(CommandLine, TheLastOfANameCountsAndAWordIsAWholeOne) {
    KernelFacts kernel;
    EXPECT_EQ(kernel.parameter("resume"), std::nullopt);
    EXPECT_FALSE(kernel.has("noresume"));
    kernel.command_line = {"resume=/dev/vda", "noresume", "resume=UUID=1", "resume_offset=5"};
    EXPECT_EQ(kernel.parameter("resume"), "UUID=1");
    EXPECT_EQ(kernel.parameter("hibernate"), std::nullopt);
    EXPECT_TRUE(kernel.has("noresume"));
    EXPECT_FALSE(kernel.has("resume"));
}

TEST(ParseMeminfo, IsInBytes) {
    const auto info = parse_meminfo("MemTotal:  1000 kB\nHugePages_Total:  3\nbroken\n");
    EXPECT_EQ(info, (std::map<std::string, std::uint64_t>{{"MemTotal", 1024000}}));
}

TEST(ParseBuddyinfo, TheLargestOfAnyZoneButDma) {
    EXPECT_EQ(parse_buddyinfo(""), std::nullopt);
    EXPECT_EQ(parse_buddyinfo("Node 0, zone   DMA  0 0 0 9\n"), std::nullopt);
    EXPECT_EQ(parse_buddyinfo("Node 0, zone   DMA  0 0 0 9\nNode 0, zone Normal 5 1 0 0\n"), 1);
    EXPECT_EQ(parse_buddyinfo("Node 0, zone DMA32  0 0 1\nNode 0, zone Normal 5 1 0\n"), 2);
    EXPECT_EQ(parse_buddyinfo("Node 0, zone Normal 0 0 0\n"), -1);
}

TEST(ParseBalloon, IsWhatWentInAndDidNotComeOut) {
    EXPECT_EQ(parse_balloon("nr_free_pages 5\nballoon_inflate 30\nballoon_deflate 10\n"), 20);
    EXPECT_EQ(parse_balloon("balloon_inflate 3\nballoon_deflate 10\n"), 0);
    EXPECT_EQ(parse_balloon(""), std::nullopt);
}

TEST(ParseMounts, FindsTypesBehindTheDash) {
    const std::vector<Mount> mounts = parse_mounts(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
        "23 22 0:30 / /my\\040data ro,relatime - virtiofs tag rw\n"
        "24 22 254:2 / /my\\040data rw - xfs /dev/vdb rw\n"
        "broken line\n");
    ASSERT_EQ(mounts.size(), 3U);
    EXPECT_EQ(mounts[0].device, "254:1");
    EXPECT_EQ(mounts[0].type, "ext4");
    EXPECT_FALSE(mounts[0].read_only);
    EXPECT_EQ(mounts[1].point, "/my data");
    EXPECT_TRUE(mounts[1].read_only);
    EXPECT_EQ(mount_of(mounts, "/swapfile")->point, "/");
    EXPECT_EQ(mount_of(mounts, "/my data/swap")->type, "xfs") << "the later one hides the other";
    EXPECT_EQ(mount_of(mounts, "/my datanot")->point, "/");
    EXPECT_EQ(mount_of({}, "/swapfile"), nullptr);
}

TEST(ParseFstab, KnowsSwapFilesFromTheRest) {
    EXPECT_EQ(parse_fstab_swap_files("# /old none swap sw 0 0\n"
                                     "/swap\\040file none swap sw 0 0\n"
                                     "/dev/vdb none swap sw 0 0\n"
                                     "UUID=1 none swap sw 0 0\n"
                                     "/dev/vda1 / ext4 rw 0 1\n"),
              Strings{"/swap file"});
}

TEST(ParseCrypttab, KnowsKeysOfOneBoot) {
    const auto keys = parse_random_keys(
        "# cswap0 /dev/vdb /dev/urandom swap\n"
        "cswap /dev/vdb /dev/urandom swap,cipher=aes-xts-plain64\n"
        "root /dev/vda2 none luks\n"
        "short /dev/vdc\n");
    EXPECT_EQ(
        keys,
        (std::map<std::string, std::string>{{"cswap", "cswap has its key from /dev/urandom"}}));
}

TEST(ParseStuck, KnowsStateDOfProcessesWhateverTheirNameAndWhoWaitsForFuse) {
    const auto stuck = parse_stuck("77 (a) D (b) D 1 77 77 0 -1 4194560 0 0\n", "io_schedule");
    ASSERT_TRUE(stuck);
    EXPECT_EQ(stuck->pid, 77);
    EXPECT_EQ(stuck->name, "a) D (b");
    EXPECT_FALSE(parse_stuck("78 (cat) S 1 77 77 0 -1 4194560 0 0\n", "do_wait"));
    EXPECT_FALSE(parse_stuck("9 (jbd2) D 2 0 0 0 -1 2129984 0 0\n", "")) << "a kernel thread";
    EXPECT_TRUE(parse_stuck("78 (cat) S 1 77 77 0 -1 4194560 0 0\n", "request_wait_answer"));
    EXPECT_FALSE(parse_stuck("78 (cat) R 1 77 77 0 -1 4194560 0 0\n", "request_wait_answer"));
    EXPECT_FALSE(parse_stuck("", ""));
    EXPECT_FALSE(parse_stuck("77 (cut off) D 1", ""));
}

TEST(IsSecretmem, IsNoFileOfThatName) {
    EXPECT_TRUE(is_secretmem("/secretmem (deleted)"));
    EXPECT_FALSE(is_secretmem("/home/me/secretmem (deleted)"));
    EXPECT_FALSE(is_secretmem("/dev/null"));
    EXPECT_FALSE(is_secretmem(""));
}

}  // namespace
}  // namespace hypnos::sleep
