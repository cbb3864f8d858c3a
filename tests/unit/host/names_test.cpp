// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/names.hpp"

#include <gtest/gtest.h>

#include "spelling.hpp"

namespace hypnos {
namespace {

using Names = std::vector<std::string>;

const Names kNames{"db", "web-1", "web-10", "web-2", "web[1]"};
const Names kHosts{"rack3/db", "rack3/web-1", "rack4/db-2", "rack4/web-1"};

void expect_meant(const std::string& word, const Names& names, const Names& expected) {
    const auto meant = meant_by(word, names, "in /d");
    ASSERT_TRUE(meant) << meant.error().message;
    EXPECT_EQ(*meant, expected) << word;
}

void expect_usage_error(const std::string& word, const Names& names, const std::string& text) {
    const auto meant = meant_by(word, names, "in /d");
    ASSERT_FALSE(meant) << word;
    EXPECT_EQ(meant.error().code, ErrorCode::Usage);
    EXPECT_EQ(meant.error().message, text);
}

TEST(Names, AreMeantByThemselvesAndByPatterns) {
    expect_meant("web-1", kNames, {"web-1"});
    expect_meant("web-*", kNames, {"web-1", "web-10", "web-2"});
    expect_meant("web-?", kNames, {"web-1", "web-2"});
    expect_meant("[a-d]*", kNames, {"db"});
    expect_meant("*", kNames, kNames);
    expect_meant("web[1]", kNames, {"web[1]"});
}

TEST(Names, OfSeveralHosts) {
    expect_meant("rack4/web-1", kHosts, {"rack4/web-1"});
    expect_meant("rack3/*", kHosts, {"rack3/db", "rack3/web-1"});
    expect_meant("*/web-*", kHosts, {"rack3/web-1", "rack4/web-1"});
    expect_meant("web-*", kHosts, {"rack3/web-1", "rack4/web-1"});
    expect_meant("db-2", kHosts, {"rack4/db-2"});
    expect_meant("*", kHosts, kHosts);
    expect_usage_error("web-1", kHosts,
                       "'web-1' could be any of 'rack3/web-1', 'rack4/web-1'; say which");
}

TEST(Names, ThatAreNotThereBringThoseThatAreNear) {
    expect_usage_error(
        "wbe-1", kNames,
        "there is no guest 'wbe-1' in /d; did you mean 'web-1' or 'web-10' or 'web-2'?");
    expect_usage_error("mail", kNames, "there is no guest 'mail' in /d");
    expect_usage_error("mail-*", kNames, "no guest's name fits 'mail-*' in /d");
    expect_usage_error("rack3/bd", kHosts,
                       "there is no guest 'rack3/bd' in /d; did you mean 'rack3/db'?");
    expect_usage_error("db-3", kHosts,
                       "there is no guest 'db-3' in /d; did you mean 'db-2' or 'db'?");
    expect_usage_error("", kNames, "there is no guest '' in /d");
}

TEST(HostNames, AreThoseOfTheUris) {
    EXPECT_EQ(
        host_names({"qemu:///system", "qemu+ssh://root@rack3:22/system?no_tty=1",
                    "qemu+tls://rack3/system", "qemu:///session", "lab", "",
                    "qemu+tcp://[fd00::1]/system"}),
        (Names{"localhost", "rack3", "rack3#2", "localhost#2", "lab", "localhost#3", "fd00::1"}));
}

TEST(Spelling, FindsTheNearestThree) {
    EXPECT_EQ(did_you_mean("wtach", {"wake", "watch", "status"}), "; did you mean 'watch'?");
    EXPECT_EQ(did_you_mean("web-", {"web-3", "web-2", "web-1", "web-4", "db"}),
              "; did you mean 'web-1' or 'web-2' or 'web-3'?");
    EXPECT_EQ(did_you_mean("wbe", {"db", "web"}), "; did you mean 'web'?");
    EXPECT_EQ(did_you_mean("web", {"wb", "bewe", "eweb"}), "; did you mean 'eweb' or 'wb'?");
    EXPECT_EQ(did_you_mean("a", {"b", "c"}), "");
    EXPECT_EQ(did_you_mean("", {"b"}), "");
}

}  // namespace
}  // namespace hypnos
