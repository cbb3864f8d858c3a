// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/sizing.hpp"

#include <gtest/gtest.h>

namespace hypnos::setup {
namespace {

constexpr std::uint64_t kPage = 65536;

TEST(SizingTest, DefaultIsMemoryAndAFewPercentButAGibibyteAtLeast) {
    EXPECT_EQ(size_to_make("default", {512 * kMiB, 0}), kGiB);
    EXPECT_NEAR(static_cast<double>(size_to_make("default", {8 * kGiB, 0})),
                static_cast<double>(8 * kGiB) * 1.05, 1e6);
}

TEST(SizingTest, PoliciesOfTheClouds) {
    EXPECT_EQ(size_to_make("ram", {kGiB, 0}), (4'000'000'000 + kPage - 1) / kPage * kPage);
    EXPECT_EQ(size_to_make("ram", {16 * kGiB, 0}), 16 * kGiB);
    EXPECT_NEAR(static_cast<double>(size_to_make("fedora", {2 * kGiB, 0})), 6.0 * kGiB, 1e6);
    EXPECT_NEAR(static_cast<double>(size_to_make("fedora", {8 * kGiB, 0})), 16.0 * kGiB, 1e6);
    EXPECT_NEAR(static_cast<double>(size_to_make("fedora", {8 * kGiB + 1, 0})), 12.0 * kGiB, 1e6);
    EXPECT_NEAR(static_cast<double>(size_to_make("fedora", {256 * kGiB, 0})), 320.0 * kGiB, 1e6);
    EXPECT_EQ(size_to_make("fedora", {256 * kGiB + 1, 0}), 0U);
}

TEST(SizingTest, ImageIsWhatTheKernelAimsAtAndWhatPeopleUse) {
    EXPECT_NEAR(static_cast<double>(size_to_make("image", {10 * kGiB, kGiB})), 5.0 * kGiB, 1e6);
}

TEST(SizingTest, ANumberIsTakenInWholePages) {
    EXPECT_EQ(size_to_make("3G", {}), 3 * kGiB);
    EXPECT_EQ(size_to_make("1", {}), kPage);
}

TEST(SizingTest, NoPolicyAsksMoreThanMemoryOfASwapThatIsThere) {
    EXPECT_EQ(size_to_accept("default", {512 * kMiB, 0}), 512 * kMiB);
    EXPECT_EQ(size_to_accept("fedora", {kGiB, 0}), kGiB);
    EXPECT_EQ(size_to_accept("3G", {kGiB, 0}), 3 * kGiB);
}

TEST(SizingTest, WordsForSize) {
    for (const char* good : {"default", "ram", "fedora", "image", "512M", "1024", "2T"})
        EXPECT_TRUE(is_size(good)) << good;
    for (const char* bad : {"", "0", "M", "-1", "1.5G", "2 G", "99999999T", "huge"})
        EXPECT_FALSE(is_size(bad)) << bad;
}

}  // namespace
}  // namespace hypnos::setup
