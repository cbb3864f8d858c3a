// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// CPUs, their load, and memory blocks.

#include <gtest/gtest.h>

#include <limits>

#include "agent/system/machine/cpus.hpp"
#include "agent/system/machine/load.hpp"
#include "agent/system/machine/memory_blocks.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using Outcome = BlockSwitch::Outcome;

class Machine : public testing::Test {
  protected:
    void add_cpu(int number, const std::string& online) const {
        temp_.write(cpu_file(number), online + "\n");
    }
    void add_block(int number, const std::string& state) const {
        temp_.write(block_file(number), state + "\n");
    }
    static std::string cpu_file(int number) {
        return "/sys/devices/system/cpu/cpu" + std::to_string(number) + "/online";
    }
    static std::string block_file(int number) {
        return "/sys/devices/system/memory/memory" + std::to_string(number) + "/state";
    }
    [[nodiscard]] std::string why_not(std::int64_t number, bool online) const {
        const Result<void> switched = switch_cpu(root_, number, online);
        return switched ? "" : switched.error().message;
    }

    test::TempRoot temp_;
    const sleep::Root root_ = temp_.root();
};

TEST_F(Machine, CpusComeInTheOrderOfTheirNumbers) {
    temp_.make_directory("/sys/devices/system/cpu/cpu0");
    temp_.make_directory("/sys/devices/system/cpu/cpufreq");
    temp_.make_directory("/sys/devices/system/cpu/cpu-1");
    add_cpu(10, "0");
    add_cpu(2, "1");
    const Result<std::vector<Cpu>> cpus = read_cpus(root_);
    ASSERT_TRUE(cpus);
    ASSERT_EQ(cpus->size(), 3U);
    EXPECT_EQ(cpus->at(0).number, 0);
    EXPECT_TRUE(cpus->at(0).online);
    EXPECT_FALSE(cpus->at(0).can_offline);
    EXPECT_EQ(cpus->at(1).number, 2);
    EXPECT_TRUE(cpus->at(1).online);
    EXPECT_TRUE(cpus->at(1).can_offline);
    EXPECT_EQ(cpus->at(2).number, 10);
    EXPECT_FALSE(cpus->at(2).online);
}

TEST_F(Machine, NoCpusAtAllIsAnError) { EXPECT_FALSE(read_cpus(root_)); }

TEST_F(Machine, ASwitchThatIsNeitherOnNorOffIsAnError) {
    add_cpu(1, "maybe");
    const Result<std::vector<Cpu>> cpus = read_cpus(root_);
    ASSERT_FALSE(cpus);
    EXPECT_EQ(cpus.error().message,
              "/sys/devices/system/cpu/cpu1/online is neither 0 nor 1 but 'maybe'");
}

TEST_F(Machine, ACpuIsSwitchedOffAndOn) {
    add_cpu(1, "1");
    EXPECT_EQ(why_not(1, false), "");
    EXPECT_EQ(temp_.read(cpu_file(1)), "0");
    EXPECT_EQ(why_not(1, true), "");
    EXPECT_EQ(temp_.read(cpu_file(1)), "1");
}

/// The newline shows that nobody has written.
TEST_F(Machine, ACpuThatIsAsWantedIsLeftAlone) {
    add_cpu(1, "1");
    EXPECT_EQ(why_not(1, true), "");
    EXPECT_EQ(temp_.read(cpu_file(1)), "1\n");
}

TEST_F(Machine, ACpuWithoutASwitchIsOnForGood) {
    temp_.make_directory("/sys/devices/system/cpu/cpu0");
    EXPECT_EQ(why_not(0, true), "");
    EXPECT_EQ(why_not(0, false),
              "cannot switch CPU 0 off: the kernel has no switch for it, "
              "/sys/devices/system/cpu/cpu0/online");
}

TEST_F(Machine, ACpuThatIsNotThereCannotBeSwitched) {
    add_cpu(1, "1");
    for (const std::int64_t number : {std::int64_t{2}, std::int64_t{-1}})
        EXPECT_EQ(why_not(number, true), "cannot switch CPU " + std::to_string(number) +
                                             " on: there is no /sys/devices/system/cpu/cpu" +
                                             std::to_string(number));
}

TEST_F(Machine, MemoryBlocksHaveAStateAndMayBeRemovable) {
    add_block(12, "online");
    add_block(3, "offline");
    add_block(4, "going-offline");
    temp_.write("/sys/devices/system/memory/memory12/removable", "0\n");
    temp_.write("/sys/devices/system/memory/memory3/removable", "1\n");
    temp_.write("/sys/devices/system/memory/block_size_bytes", "8000000\n");
    const std::vector<MemoryBlock> blocks = read_memory_blocks(root_);
    ASSERT_EQ(blocks.size(), 3U);
    EXPECT_EQ(blocks[0].number, 3);
    EXPECT_FALSE(blocks[0].online);
    EXPECT_TRUE(blocks[0].can_offline);
    EXPECT_FALSE(blocks[1].online);
    EXPECT_EQ(blocks[2].number, 12);
    EXPECT_TRUE(blocks[2].online);
    EXPECT_FALSE(blocks[2].can_offline);
    EXPECT_EQ(read_memory_block_size(root_), 0x8000000);
}

TEST_F(Machine, AKernelWithoutMemoryBlocksHasNone) {
    EXPECT_TRUE(read_memory_blocks(root_).empty());
    const Result<std::int64_t> size = read_memory_block_size(root_);
    ASSERT_FALSE(size);
    EXPECT_NE(size.error().message.find("No such file"), std::string::npos);
    temp_.write("/sys/devices/system/memory/block_size_bytes", "0x80\n");
    EXPECT_FALSE(read_memory_block_size(root_));
}

TEST_F(Machine, AMemoryBlockIsSwitchedOffAndOn) {
    add_block(1, "online");
    EXPECT_EQ(switch_memory_block(root_, 1, false).outcome, Outcome::Done);
    EXPECT_EQ(temp_.read(block_file(1)), "offline");
    EXPECT_EQ(switch_memory_block(root_, 1, true).outcome, Outcome::Done);
    EXPECT_EQ(temp_.read(block_file(1)), "online");
    add_block(1, "online");
    EXPECT_EQ(switch_memory_block(root_, 1, true).outcome, Outcome::Done);
    EXPECT_EQ(temp_.read(block_file(1)), "online\n") << "written for nothing";
}

TEST_F(Machine, WhyAMemoryBlockCannotBeSwitched) {
    temp_.make_directory("/sys/devices/system/memory/memory5");
    EXPECT_EQ(switch_memory_block(root_, 4, true).outcome, Outcome::NoSuchBlock);
    EXPECT_EQ(switch_memory_block(root_, 4, true).error, ENOENT);
    EXPECT_EQ(switch_memory_block(root_, 5, false).outcome, Outcome::NoSwitch);
    EXPECT_EQ(switch_memory_block(root_, 5, true).outcome, Outcome::Done);
    temp_.link(block_file(6), "/proc/self/stat");  // read, but never written
    const BlockSwitch failed = switch_memory_block(root_, 6, true);
    EXPECT_EQ(failed.outcome, Outcome::Failed);
    EXPECT_NE(failed.error, 0);
}

TEST(CpuTimes, AreMillisecondsOfEachCpu) {
    const auto times = parse_cpu_times(
        "cpu  9 9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 9 10\ncpu11 100 0 0 1\nintr 5 6\nctxt 7\n", 100);
    ASSERT_EQ(times.size(), 2U);
    EXPECT_EQ(times[0].cpu, 0);
    EXPECT_EQ(times[0].milliseconds,
              (std::vector<std::int64_t>{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}));
    EXPECT_EQ(times[1].cpu, 11);
    EXPECT_EQ(times[1].milliseconds, (std::vector<std::int64_t>{1000, 0, 0, 10}));
}

TEST(CpuTimes, LinesThatAreNoneAreLeftOut) {
    for (const char* text :
         {"", "cpu0", "cpu0 1 2 3", "cpu0 1 x 3 4", "cpu0 1 2 -3 4", "cpux 1 2 3 4",
          "cpu99999999999999999999 1 2 3 4", "cpu0 1 2 3 99999999999999999999"})
        EXPECT_TRUE(parse_cpu_times(text, 100).empty()) << text;
}

TEST(CpuTimes, NeverOverflow) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    const auto times = parse_cpu_times("cpu0 1 2 3 " + std::to_string(kMost), 1);
    ASSERT_EQ(times.size(), 1U);
    EXPECT_GT(times[0].milliseconds[3], kMost / 1000 * 999);
}

TEST(Load, IsThreeNumbers) {
    const auto load = parse_load("0.25 1.50 12.00 1/100 4711");
    ASSERT_TRUE(load);
    EXPECT_EQ(load->one, 0.25);
    EXPECT_EQ(load->five, 1.5);
    EXPECT_EQ(load->fifteen, 12);
    for (const std::string& text :
         {std::string(""), std::string("1 2"), std::string("1 2 x"), std::string("nan nan nan"),
          std::string("1 inf 2"), std::string("1 2 0x3"), std::string("1 2 ."),
          "1 2 " + std::string(400, '9')})
        EXPECT_FALSE(parse_load(text)) << text;
}

}  // namespace
}  // namespace hypnos::agent
