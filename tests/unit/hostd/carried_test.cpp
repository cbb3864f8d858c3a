// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "carried.hpp"

#include <gtest/gtest.h>

namespace hypnos::hostd {
namespace {

CarriedGuests two() {
    return {"op",
            "boot",
            {{.guest = {.name = "web", .qmp = "/q", .agent = "/a", .power = "/p", .after = {"db"}},
              .action = Policy::Pause,
              .state = Carried::State::Asleep,
              .text = "paused"},
             {.guest = {.name = "db", .uri = "qemu:///system", .domain = "db"},
              .action = Policy::SuspendDisk,
              .state = Carried::State::Waking,
              .boot_id = "b",
              .balloon = 4096}}};
}

TEST(Carried, ComesBackAsItWas) {
    const std::string text = to_text(two());
    const auto back = carried_from_text(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(to_text(*back), text);
    EXPECT_EQ(back->guests[0].guest.after, std::vector<std::string>{"db"});
    EXPECT_EQ(back->guests[1].balloon, 4096);
}

TEST(Carried, AnyPartOfItIsNone) {
    const std::string text = to_text(two());
    for (std::size_t size = 0; size + 1 < text.size(); ++size)
        EXPECT_FALSE(carried_from_text(text.substr(0, size))) << size;
}

TEST(Carried, WhatIsMoreOrOtherIsNone) {
    const std::string text = to_text(two());
    EXPECT_FALSE(carried_from_text(text + text));
    for (const auto& [from, to] : {std::pair("\"pause\"", "\"leave\""),
                                   {"\"asleep\"", "\"awake\""},
                                   {"\"version\":1", "\"version\":2"},
                                   {"\"name\":\"web\"", "\"name\":\"\""},
                                   {"\"boot-id\":\"b\"", "\"bot-id\":\"b\""}}) {
        std::string wrong = text;
        const std::size_t at = wrong.find(from);
        ASSERT_NE(at, wrong.npos) << from;
        wrong.replace(at, std::string_view(from).size(), to);
        EXPECT_FALSE(carried_from_text(wrong)) << to;
    }
}

TEST(Carried, OnlyWhatIsOnDiskOrElsewhereOutlivesTheHost) {
    Carried guest{.guest = {.name = "web"}};
    EXPECT_FALSE(outlives_the_host(guest));
    guest.guest.uri = "qemu:///system";
    EXPECT_FALSE(outlives_the_host(guest));
    for (const char* uri : {"qemu+ssh://root@rack3/system", "qemu+tcp://[fe80::1]:16509/system"}) {
        guest.guest.uri = uri;
        EXPECT_TRUE(outlives_the_host(guest)) << uri;
    }
    guest.guest.uri = "qemu+tcp://localhost:16509/system";
    EXPECT_FALSE(outlives_the_host(guest));
    guest.action = Policy::SuspendDisk;
    EXPECT_TRUE(outlives_the_host(guest));
}

}  // namespace
}  // namespace hypnos::hostd
