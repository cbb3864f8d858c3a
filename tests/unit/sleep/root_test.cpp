// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/root.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/result.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

using test::error_of;

TEST(Root, SlashIsTheRealOne) {
    EXPECT_EQ(Root("/").path("/sys/power/state"), "/sys/power/state");
    EXPECT_EQ(Root("/tmp/x").path("/sys/power/state"), "/tmp/x/sys/power/state");
}

TEST(Root, ReadsAFileWithoutItsLastNewline) {
    const test::TempRoot temp;
    temp.write("/a/b", "one\ntwo\n");
    EXPECT_EQ(temp.root().read("/a/b"), "one\ntwo");
    temp.write("/a/empty", "");
    EXPECT_EQ(temp.root().read("/a/empty"), "");
    temp.write("/a/blank", "\n\n");
    EXPECT_EQ(temp.root().read("/a/blank"), "\n");
}

TEST(Root, ReadsMoreThanOneChunk) {
    const test::TempRoot temp;
    const std::string text(10000, 'x');
    temp.write("/big", text);
    EXPECT_EQ(temp.root().read("/big"), text);
}

TEST(Root, WhatCannotBeReadIsNothing) {
    const test::TempRoot temp;
    EXPECT_EQ(temp.root().read("/gone"), std::nullopt);
    temp.make_directory("/directory");
    EXPECT_EQ(temp.root().read("/directory"), std::nullopt);
}

TEST(Root, WritesOnlyIntoAFileThatExists) {
    const test::TempRoot temp;
    EXPECT_EQ(temp.root().write("/state", "mem"), ENOENT);
    EXPECT_EQ(temp.root().read("/state"), std::nullopt);
    temp.write("/state", "something longer");
    EXPECT_EQ(temp.root().write("/state", "mem"), 0);
    EXPECT_EQ(temp.read("/state"), "mem");
}

TEST(Root, ReplaceMakesTheDirectoryAndLeavesNothingElseInIt) {
    const test::TempRoot temp;
    EXPECT_EQ(error_of(temp.root().replace("/run/hypnos/a", "1")), "no error");
    EXPECT_EQ(error_of(temp.root().replace("/run/hypnos/a", "2")), "no error");
    EXPECT_EQ(temp.read("/run/hypnos/a"), "2");
    int files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(temp.path("/run/hypnos")))
        ++files;
    EXPECT_EQ(files, 1);
}

TEST(Root, ReplaceSaysWhatItCannotWrite) {
    const test::TempRoot temp;
    temp.write("/run", "a file where a directory should be");
    const std::string error = error_of(temp.root().replace("/run/hypnos/a", "1"));
    EXPECT_NE(error.find("/run/hypnos/a"), std::string::npos) << error;
}

TEST(Root, LoadSaysWhyAFileCannotBeRead) {
    const test::TempRoot temp;
    temp.write("/a", "text\n");
    temp.make_directory("/b");
    EXPECT_EQ(temp.root().load("/a"), "text");
    for (const auto& [name, why] :
         {std::pair("/b", "Is a directory"), std::pair("/c", "No such file or directory")}) {
        const Result<std::string> text = temp.root().load(name);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().message, "cannot read " + temp.path(name) + ": " + why);
    }
}

}  // namespace
}  // namespace hypnos::sleep
