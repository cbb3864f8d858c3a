// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include "agent/system/hooks/settings.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Modes = std::set<SleepMode>;

HookSettings parse(const std::string& keys) {
    const Result<HookSettings> settings = parse_hook_settings("[Hook]\n" + keys + "\n");
    EXPECT_TRUE(settings) << settings.error().message;
    return settings.value_or(HookSettings{});
}

std::string complaint(const std::string& text) {
    const Result<HookSettings> settings = parse_hook_settings(text);
    return settings ? "" : settings.error().message;
}

TEST(HookSettings, NothingSaidMeansDefaults) {
    for (const char* text : {"", "[Hook]\n", "# only a comment\n"}) {
        const Result<HookSettings> settings = parse_hook_settings(text);
        ASSERT_TRUE(settings) << settings.error().message;
        EXPECT_EQ(settings->limit, 15s);
        EXPECT_EQ(settings->on_failure, OnFailure::Abort);
        EXPECT_EQ(settings->style, HookStyle::Systemd);
        EXPECT_EQ(settings->modes, (Modes{SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid}));
    }
}

TEST(HookSettings, ATimeOutIsInSecondsUnlessItSaysOtherwise) {
    EXPECT_EQ(parse("Timeout=7").limit, 7s);
    EXPECT_EQ(parse("Timeout=7s").limit, 7s);
    EXPECT_EQ(parse("Timeout=250ms").limit, 250ms);
    EXPECT_EQ(parse("Timeout=2 min").limit, 2min);
}

TEST(HookSettings, ATimeOutIsFiveMinutesAtMost) {
    EXPECT_EQ(parse("Timeout=300").limit, 300s);
    EXPECT_EQ(parse("Timeout=301").limit, 300s);
    EXPECT_EQ(parse("Timeout=9223372036854775807min").limit, 300s);
}

TEST(HookSettings, ATimeOutThatIsNoneIsAnError) {
    for (const char* value : {"", "0", "-1", "soon", "5h", "1.5", "5 s s", "99999999999999999999"})
        EXPECT_NE(complaint("[Hook]\nTimeout=" + std::string(value)).find("Timeout= is"),
                  std::string::npos)
            << value;
}

TEST(HookSettings, OnFailureIsOneOfThree) {
    EXPECT_EQ(parse("OnFailure=abort").on_failure, OnFailure::Abort);
    EXPECT_EQ(parse("OnFailure=continue").on_failure, OnFailure::Continue);
    EXPECT_EQ(parse("OnFailure=required").on_failure, OnFailure::Required);
    EXPECT_EQ(complaint("[Hook]\nOnFailure=ignore\n"),
              "OnFailure= is 'ignore', and must be abort, continue or required");
}

TEST(HookSettings, VerbsAreAList) {
    EXPECT_EQ(parse("Verbs=suspend").modes, Modes{SleepMode::Ram});
    EXPECT_EQ(parse("Verbs=hybrid-sleep  hibernate").modes,
              (Modes{SleepMode::Disk, SleepMode::Hybrid}));
    EXPECT_NE(complaint("[Hook]\nVerbs=").find("Verbs="), std::string::npos);
    EXPECT_NE(complaint("[Hook]\nVerbs=suspend,hibernate").find("Verbs="), std::string::npos);
}

TEST(HookSettings, StyleIsOneOfTwo) {
    EXPECT_EQ(parse("Style=systemd").style, HookStyle::Systemd);
    EXPECT_EQ(parse("Style=fsfreeze").style, HookStyle::Fsfreeze);
    EXPECT_NE(complaint("[Hook]\nStyle=vmware").find("systemd or fsfreeze"), std::string::npos);
}

TEST(HookSettings, WhatIsNotKnownIsAnError) {
    EXPECT_NE(complaint("[Hook]\nTimeOut=5").find("'TimeOut' is no key"), std::string::npos);
    EXPECT_NE(complaint("[Hooks]\nTimeout=5").find("'Hooks'"), std::string::npos);
    EXPECT_NE(complaint("Timeout=5"), "");
    EXPECT_NE(complaint("[Hook]\nTimeout"), "");
}

TEST(HookSettings, AModeHasOneWord) {
    EXPECT_EQ(verb(SleepMode::Ram), "suspend");
    EXPECT_EQ(verb(SleepMode::Disk), "hibernate");
    EXPECT_EQ(verb(SleepMode::Hybrid), "hybrid-sleep");
}

}  // namespace
}  // namespace hypnos::agent
