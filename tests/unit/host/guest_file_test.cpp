// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fleet/guest_file.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

void expect_usage_error(const std::string& text, const std::string& part) {
    const auto guest = parse_guest_file(text);
    ASSERT_FALSE(guest) << text;
    EXPECT_EQ(guest.error().code, ErrorCode::Usage);
    EXPECT_NE(guest.error().message.find(part), std::string::npos) << guest.error().message;
}

TEST(GuestFile, GivesSocketsAndOrder) {
    const auto guest = parse_guest_file(
        "# a comment\n[Guest]\nQmp = /q,r=s\nAgent=/a\nPower=/p\nAfter=web-1; web-2;\n");
    ASSERT_TRUE(guest) << guest.error().message;
    EXPECT_EQ(guest->qmp, "/q,r=s");
    EXPECT_EQ(guest->agent, "/a");
    EXPECT_EQ(guest->power, "/p");
    EXPECT_EQ(guest->after, (std::vector<std::string>{"web-1", "web-2"}));
}

TEST(GuestFile, GivesADomain) {
    const auto guest = parse_guest_file("[Guest]\nConnect=qemu:///system\nDomain=my web\n");
    ASSERT_TRUE(guest) << guest.error().message;
    EXPECT_EQ(guest->uri, "qemu:///system");
    EXPECT_EQ(guest->domain, "my web");
    EXPECT_TRUE(guest->after.empty());
}

TEST(GuestFile, GivesMacsInLowerCase) {
    const auto guest =
        parse_guest_file("[Guest]\nQmp=/q\nMac=52:54:00:AB:cd:0f; 52:54:00:12:34:56;\n");
    ASSERT_TRUE(guest) << guest.error().message;
    EXPECT_EQ(guest->macs, (std::vector<std::string>{"52:54:00:ab:cd:0f", "52:54:00:12:34:56"}));
}

TEST(GuestFile, WantsMacsThatAreSome) {
    for (const std::string mac :
         {"52:54:00:12:34", "52:54:00:12:34:5g", "52-54-00-12-34-56", "52:54:00:12:34:56:78",
          "525400123456", "52:54:00:12:34:5", "5254:0:012:34:56:", "52:54:00:12:34:56,"})
        expect_usage_error("[Guest]\nQmp=/q\nMac=52:54:00:00:00:01;" + mac + "\n",
                           "Mac=: '" + mac + "' is no MAC address");
}

TEST(GuestFile, NamesTheKeyThatIsWrong) {
    expect_usage_error("[Guest]\nQmq=/q\n", "no key 'Qmq'; did you mean 'Qmp'?");
    expect_usage_error("[Guest]\nqmp=/q\n", "no key 'qmp'; did you mean 'Qmp'?");
    expect_usage_error("[Guest]\nQmp=q.sock\n", "Qmp= is 'q.sock', and must be a path");
    expect_usage_error("[Guest]\nAgent=\n", "Agent= is empty");
    expect_usage_error("[guest]\nQmp=/q\n", "can be [Guest], not 'guest'");
    expect_usage_error("Qmp=/q\n", "group");
    expect_usage_error("[Guest]\nQmp\n", "Qmp");
}

TEST(GuestFile, WantsSocketsOrADomain) {
    expect_usage_error("", "all missing");
    expect_usage_error("[Guest]\nAfter=web\n", "Qmp=, Agent= and Power= are all missing");
    expect_usage_error("[Guest]\nConnect=qemu:///system\n", "Connect= without Domain=");
    expect_usage_error("[Guest]\nDomain=web\n", "Domain= without Connect=");
    expect_usage_error("[Guest]\nDomain=web\nConnect=qemu:///system\nPower=/p\n",
                       "do not go together");
}

}  // namespace
}  // namespace hypnos
