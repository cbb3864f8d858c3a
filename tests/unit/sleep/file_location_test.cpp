// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// On whatever file system the test is on: addresses are compared in a guest
// (tests/qemu/test_swap_location.py).

#include "sleep/system/facts/file_location.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "glib/unique_fd.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

class FileLocationTest : public testing::Test {
  protected:
    void write_synced(const std::string& name, const std::string& text, off_t at = 0) const {
        const UniqueFd file(open(temp_.path(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        ASSERT_EQ(pwrite(file.get(), text.data(), text.size(), at),
                  static_cast<ssize_t>(text.size()));
        ASSERT_EQ(fsync(file.get()), 0);
    }
    void SetUp() override {
        write_synced("/whole", std::string(1 << 20, 'x'));
        if (!locate(temp_.path("/whole"))) GTEST_SKIP() << "this file system does not know FIEMAP";
    }

    test::TempRoot temp_;
};

TEST_F(FileLocationTest, AWholeFileHasAPlace) {
    const std::optional<FilePlace> place = locate(temp_.path("/whole"));
    ASSERT_TRUE(place);
    EXPECT_FALSE(place->has_holes || place->encoded || place->delalloc);
    EXPECT_TRUE(place->device.empty() || place->offset.value_or(0) > 0);
}

TEST_F(FileLocationTest, HolesAreFoundWhereverTheyAre) {
    write_synced("/front", std::string(65536, 'x'), 1 << 20);
    write_synced("/middle", std::string(65536, 'x'));
    write_synced("/middle", std::string(65536, 'x'), 1 << 20);
    write_synced("/end", std::string(65536, 'x'));
    ASSERT_EQ(truncate(temp_.path("/end").c_str(), 1 << 20), 0);
    for (const char* name : {"/front", "/middle", "/end"}) {
        const std::optional<FilePlace> place = locate(temp_.path(name));
        ASSERT_TRUE(place) << name;
        EXPECT_TRUE(place->has_holes) << name;
    }
    EXPECT_FALSE(locate(temp_.path("/front"))->offset) << "its first page is in no place";
}

TEST_F(FileLocationTest, ManyExtentsAreReadInBatches) {
    constexpr off_t kExtents = 300;
    for (off_t i = 0; i < kExtents; ++i) write_synced("/many", "x", i * 131072);
    const std::optional<FilePlace> place = locate(temp_.path("/many"));
    ASSERT_TRUE(place);
    EXPECT_TRUE(place->has_holes);
}

TEST_F(FileLocationTest, WhatIsNoFileHasNoPlace) {
    EXPECT_FALSE(locate(temp_.path("/nowhere")));
    EXPECT_FALSE(locate(temp_.directory()));
    EXPECT_FALSE(locate("/dev/null"));
}

}  // namespace
}  // namespace hypnos::sleep
