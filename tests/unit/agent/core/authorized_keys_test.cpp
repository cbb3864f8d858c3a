// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/authorized_keys.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using namespace std::string_literals;

constexpr const char* kText = "# mine\nssh-rsa AAA a\n\n  ssh-rsa BBB b \nno-pty ssh-rsa CCC";

TEST(AuthorizedKeysTest, CommentsAndEmptyLinesAreNoKeys) {
    EXPECT_EQ(keys_in(kText),
              (std::vector<std::string>{"ssh-rsa AAA a", "ssh-rsa BBB b", "no-pty ssh-rsa CCC"}));
    EXPECT_TRUE(keys_in("").empty());
    EXPECT_TRUE(keys_in("\n#x\n \t\n").empty());
}

TEST(AuthorizedKeysTest, AKeyIsAddedOnceAndNothingElseChanges) {
    EXPECT_EQ(with_keys(kText, {"ssh-rsa BBB b", "ssh-rsa DDD", "ssh-rsa DDD"}),
              std::string(kText) + "\nssh-rsa DDD\n");
    EXPECT_EQ(with_keys("", {"k"}), "k\n");
    EXPECT_EQ(with_keys("", {}), "");
}

TEST(AuthorizedKeysTest, OnlyTheLinesOfAKeyAreRemoved) {
    EXPECT_EQ(without_keys(kText, {"ssh-rsa BBB b", "ssh-rsa AAA", "none"}),
              "# mine\nssh-rsa AAA a\n\nno-pty ssh-rsa CCC\n");
}

TEST(AuthorizedKeysTest, AKeyIsOneLine) {
    EXPECT_TRUE(check_key("ssh-ed25519 AAAA alice@host"));
    for (const std::string& key :
         {"#ssh-rsa"s, " # x"s, "a\nb"s, "a\r"s, "a\n"s, "a\0b"s, "a\x1b[2J"s})
        EXPECT_FALSE(check_key(key)) << key;
    EXPECT_EQ(check_key("#x").error().message, "invalid OpenSSH public key: '#x'");
}

TEST(AuthorizedKeysTest, AnEmptyKeyIsNoneAsVirshSendsIt) {
    EXPECT_TRUE(check_key("") && check_key(" "));
    EXPECT_EQ(with_keys("k\n", {"l", ""}), "k\nl\n");
    EXPECT_EQ(without_keys("k\n\nl\n", {"l", "", " "}), "k\n\n");
}

}  // namespace
}  // namespace hypnos::agent
