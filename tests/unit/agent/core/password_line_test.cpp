// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/password_line.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using namespace std::string_literals;

std::string problem(const std::string& user, const std::string& password, bool crypted = false) {
    const Result<std::string> line = password_line({user, password, crypted});
    return line ? "" : line.error().message;
}

TEST(PasswordLineTest, IsWhatChpasswdReads) {
    EXPECT_EQ(password_line({"alice", "s3:cret word", false}).value(), "alice:s3:cret word\n");
    EXPECT_EQ(password_line({"alice", "$6$salt$hash", true}).value(), "alice:$6$salt$hash\n");
}

TEST(PasswordLineTest, NobodyElsesPasswordIsSet) {
    for (const std::string& user : {""s, "a:b"s, "a\nroot"s, "a\r"s, "a\0b"s})
        EXPECT_EQ(problem(user, "x"), "forbidden characters in username");
    for (const std::string& password : {"x\nroot:y"s, "x\r"s, "x\0y"s})
        EXPECT_EQ(problem("a", password), "forbidden characters in raw password");
    EXPECT_EQ(problem("a", "x:0:0:", true), "forbidden characters in raw password");
}

TEST(PasswordLineTest, ALineFitsIntoAPipe) {
    EXPECT_EQ(problem("a", std::string(2047, 'x')), "");
    EXPECT_NE(problem("a", std::string(2048, 'x')), "");
}

}  // namespace
}  // namespace hypnos::agent
