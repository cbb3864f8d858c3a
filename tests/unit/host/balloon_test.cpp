// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/balloon.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "fleet/meminfo.hpp"

namespace hypnos {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(Balloon, GivesBackWhatItHolds) {
    EXPECT_EQ(memory_needed({}), 0);
    EXPECT_EQ(memory_needed({{.now = kGib, .most = 4 * kGib}}), 3 * kGib);
    EXPECT_EQ(memory_needed({{kGib, 2 * kGib}, {kGib, kGib}, {2 * kGib, 8 * kGib}}), 7 * kGib);
}

TEST(Balloon, ImpossibleSizesTakeNothingFromTheSum) {
    EXPECT_EQ(memory_needed({{4 * kGib, kGib}, {kGib, 2 * kGib}}), kGib);
    EXPECT_EQ(memory_needed({{-kGib, kGib}}), kGib);
    EXPECT_EQ(memory_needed({{kGib, -kGib}}), 0);
    EXPECT_EQ(memory_needed({{0, kMost}, {0, kMost}}), kMost);
    EXPECT_EQ(memory_needed({{std::numeric_limits<std::int64_t>::min(), kMost}}), kMost);
}

TEST(Meminfo, HasTheAvailableMemory) {
    EXPECT_EQ(parse_available("MemTotal:       24683660 kB\nMemFree:        20 kB\n"
                              "MemAvailable:   1024 kB\nBuffers:  3 kB\n"),
              1024 * 1024);
    EXPECT_EQ(parse_available("MemAvailable: 0 kB"), 0);
}

TEST(Meminfo, OtherTextsAreErrors) {
    for (const char* text : {"", "MemTotal: 5 kB\n", "MemAvailable:\n", "MemAvailable: many kB\n",
                             "MemAvailable: -1 kB\n", "MemAvailable: 5\n", "MemAvailable: 5 MB\n",
                             "XMemAvailable: 5 kB\n", "MemAvailable: 9223372036854775807 kB\n",
                             "MemAvailable: 99999999999999999999 kB\n"})
        EXPECT_FALSE(parse_available(text)) << text;
}

TEST(Meminfo, OfThisHost) {
    const Result<std::int64_t> available = available_memory();
    ASSERT_TRUE(available);
    EXPECT_GT(*available, 1 << 20);
}

}  // namespace
}  // namespace hypnos
