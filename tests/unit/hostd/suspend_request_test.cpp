// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "suspend_request.hpp"

#include <gtest/gtest.h>

#include "glib/object.hpp"

namespace hypnos::hostd {
namespace {

using namespace std::chrono_literals;

/// `text` is the arguments in GVariant's text form.
Result<HostSuspendOptions> parse(const char* text) {
    GError* error = nullptr;
    const glib::Owned<GVariant> arguments(
        g_variant_parse(G_VARIANT_TYPE("(sta{sv})"), text, nullptr, nullptr, &error));
    if (!arguments) return fail(error->message);
    return parse_suspend(arguments.get(), 1000s, 1500ms);
}

std::string error(const char* text) {
    const auto options = parse(text);
    return options ? "none" : options.error().message;
}

TEST(SuspendRequest, ReadsTargetSecondsAndOptions) {
    const auto options =
        parse("('hybrid', 90, {'force': <true>, 'allow-short': <true>, 'delay-ms': <uint32 20>})");
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(options->target, HostTarget::Hybrid);
    EXPECT_EQ(options->wake_after, 90s);
    EXPECT_TRUE(options->force && options->allow_short);
    EXPECT_EQ(options->delay, 20ms);
}

TEST(SuspendRequest, TheDelayIsTheConfigurationsIfNoneIsGiven) {
    EXPECT_EQ(parse("('mem', 60, {})")->delay, 1500ms);
}

TEST(SuspendRequest, UntilCountsFromNow) {
    EXPECT_EQ(parse("('mem', 0, {'until': <uint64 1090>})")->wake_after, 90s);
    EXPECT_EQ(error("('mem', 0, {'until': <uint64 1000>})"), "until is over already");
}

TEST(SuspendRequest, NoAlarmMustBeSaid) {
    EXPECT_EQ(parse("('mem', 0, {'no-alarm': <true>})")->wake_after, std::nullopt);
    EXPECT_NE(error("('mem', 0, {})").find("only one"), std::string::npos);
    EXPECT_NE(error("('mem', 60, {'no-alarm': <true>})").find("only one"), std::string::npos);
    EXPECT_NE(error("('mem', 60, {'until': <uint64 1090>})").find("only one"), std::string::npos);
}

TEST(SuspendRequest, WhatIsWrongIsNamed) {
    EXPECT_NE(error("('ram', 60, {})").find("mem, disk, hybrid or s2idle"), std::string::npos);
    EXPECT_NE(error("('mem', 60, {'forse': <true>})").find("did you mean 'force'"),
              std::string::npos);
    EXPECT_NE(error("('mem', 60, {'force': <1>})").find("boolean"), std::string::npos);
    EXPECT_NE(error("('mem', 60, {'delay-ms': <1>})").find("(u)"), std::string::npos);
    EXPECT_NE(error("('mem', 18446744073709551615, {})").find("a year"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::hostd
