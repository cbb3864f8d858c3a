// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The operating system, the time zone, who is logged in.

#include "agent/system/identity/identity.hpp"

#include <gtest/gtest.h>
#include <utmpx.h>

#include <cstring>

#include "agent/system/identity/os_release.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

TEST(OsRelease, IsReadAsAShellWould) {
    const auto values = parse_os_release(
        "# ID=comment\nNAME=\"Debian GNU/Linux\"\n  ID = debian\nVERSION='12 (bookworm)'\r\n"
        "VARIANT=\"a \\\"b\\\" \\$c \\\\ d\"\nEMPTY=\nNO "
        "LINE\nTWICE=1\nTWICE=2\nURL=https://x/?a=b\n");
    EXPECT_EQ(values.at("NAME"), "Debian GNU/Linux");
    EXPECT_EQ(values.at("ID"), "debian");
    EXPECT_EQ(values.at("VERSION"), "12 (bookworm)");
    EXPECT_EQ(values.at("VARIANT"), "a \"b\" $c \\ d");
    EXPECT_EQ(values.at("EMPTY"), "");
    EXPECT_EQ(values.at("TWICE"), "2");
    EXPECT_EQ(values.at("URL"), "https://x/?a=b");
    EXPECT_FALSE(values.contains("NO LINE"));
    EXPECT_FALSE(values.contains("# ID"));
}

TEST(OsRelease, WhatIsNotQuotedRightStandsAsItIs) {
    const auto values = parse_os_release("A=\"open\nB='\nC=back\\\n");
    EXPECT_EQ(values.at("A"), "\"open");
    EXPECT_EQ(values.at("B"), "'");
    EXPECT_TRUE(values.contains("C"));
    EXPECT_TRUE(parse_os_release("").empty());
}

std::string utmp_entry(short type, const std::string& user, int seconds, int microseconds = 0) {
    utmpx entry{};
    entry.ut_type = type;
    std::memcpy(entry.ut_user, user.data(), std::min(user.size(), sizeof entry.ut_user));
    entry.ut_tv.tv_sec = seconds;
    entry.ut_tv.tv_usec = microseconds;
    return {reinterpret_cast<const char*>(&entry), sizeof entry};
}

TEST(Logins, AUserIsToldOnceWithTheEarliest) {
    const auto logins = parse_logins(
        utmp_entry(BOOT_TIME, "reboot", 1) + utmp_entry(USER_PROCESS, "ada", 200, 250000) +
        utmp_entry(USER_PROCESS, "bob", 300) + utmp_entry(USER_PROCESS, "ada", 100, 500000) +
        utmp_entry(DEAD_PROCESS, "eve", 50) + utmp_entry(USER_PROCESS, "ada", 400));
    ASSERT_EQ(logins.size(), 2U);
    EXPECT_EQ(logins[0].user, "ada");
    EXPECT_EQ(logins[0].since, 100.5);
    EXPECT_EQ(logins[1].user, "bob");
    EXPECT_EQ(logins[1].since, 300);
}

TEST(Logins, ANameMayFillItsField) {
    const std::string longest(sizeof(utmpx{}.ut_user), 'x');
    const auto logins = parse_logins(utmp_entry(USER_PROCESS, longest, 1));
    ASSERT_EQ(logins.size(), 1U);
    EXPECT_EQ(logins[0].user, longest);
}

TEST(Logins, HalfAnEntryIsNone) {
    const std::string entry = utmp_entry(USER_PROCESS, "ada", 1);
    EXPECT_TRUE(parse_logins(entry.substr(1)).empty());
    EXPECT_TRUE(parse_logins("").empty());
    EXPECT_EQ(parse_logins(entry + entry.substr(1)).size(), 1U);
}

TEST(Identity, WithoutFilesTheKernelIsAsked) {
    const test::TempRoot temp;
    EXPECT_FALSE(read_host_name(temp.root()).empty());
    EXPECT_FALSE(read_kernel_names(temp.root()).release.empty());
    EXPECT_FALSE(read_kernel_names(temp.root()).machine.empty());
    EXPECT_EQ(read_os_release(temp.root()), "");
    EXPECT_TRUE(read_logins(temp.root()).empty());
}

TEST(Identity, TheSecondPlaceOfOsRelease) {
    const test::TempRoot temp;
    temp.write("/usr/lib/os-release", "ID=vendor\n");
    EXPECT_EQ(read_os_release(temp.root()), "ID=vendor");
    temp.write("/etc/os-release", "ID=admin\n");
    EXPECT_EQ(read_os_release(temp.root()), "ID=admin");
}

TEST(Identity, TheTimeZoneIsReadEachTime) {
    constexpr std::time_t kJanuary = 1768000000, kJuly = 1783600000;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    EXPECT_EQ(read_time_zone(kJanuary).abbreviation, "CET");
    EXPECT_EQ(read_time_zone(kJanuary).offset, 3600s);
    EXPECT_EQ(read_time_zone(kJuly).abbreviation, "CEST");
    EXPECT_EQ(read_time_zone(kJuly).offset, 7200s);
    setenv("TZ", "NDT2:30", 1);
    EXPECT_EQ(read_time_zone(kJuly).abbreviation, "NDT");
    EXPECT_EQ(read_time_zone(kJuly).offset, -9000s);
    unsetenv("TZ");
}

}  // namespace
}  // namespace hypnos::agent
