// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/open_mode.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

TEST(OpenModeTest, ThereAreFifteenSpellings) {
    const int write = O_CREAT | O_TRUNC, append = O_CREAT | O_APPEND;
    for (const char* mode : {"r", "rb"}) EXPECT_EQ(open_flags(mode), O_RDONLY) << mode;
    for (const char* mode : {"r+", "rb+", "r+b"}) EXPECT_EQ(open_flags(mode), O_RDWR) << mode;
    for (const char* mode : {"w", "wb"}) EXPECT_EQ(open_flags(mode), O_WRONLY | write) << mode;
    for (const char* mode : {"w+", "wb+", "w+b"})
        EXPECT_EQ(open_flags(mode), O_RDWR | write) << mode;
    for (const char* mode : {"a", "ab"}) EXPECT_EQ(open_flags(mode), O_WRONLY | append) << mode;
    for (const char* mode : {"a+", "ab+", "a+b"})
        EXPECT_EQ(open_flags(mode), O_RDWR | append) << mode;
}

TEST(OpenModeTest, NothingElseIsOne) {
    for (const char* mode : {"", "R", "rw", "+", "b", "r++", "rbb", "rb+b", "x", "wx", "r ", "re"})
        EXPECT_EQ(open_flags(mode), std::nullopt) << mode;
}

}  // namespace
}  // namespace hypnos::agent
