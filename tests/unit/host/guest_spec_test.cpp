// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/guest_spec.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

void expect_usage_error(const std::string& text, const std::string& part) {
    const auto spec = parse_guest_spec(text);
    ASSERT_FALSE(spec) << text;
    EXPECT_EQ(spec.error().code, ErrorCode::Usage);
    EXPECT_NE(spec.error().message.find(part), std::string::npos) << spec.error().message;
}

TEST(GuestSpec, ReadsAnySubsetInAnyOrder) {
    const auto all = parse_guest_spec("power=/p,qmp=/q,agent=/a=b");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->name, "power=/p,qmp=/q,agent=/a=b");
    EXPECT_EQ(all->qmp, "/q");
    EXPECT_EQ(all->agent, "/a=b");
    EXPECT_EQ(all->power, "/p");

    const auto one = parse_guest_spec("agent=relative.sock");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->agent, "relative.sock");
    EXPECT_EQ(one->qmp, "");
}

TEST(GuestSpec, NamesWhatIsWrong) {
    expect_usage_error("qpm=/q", "unknown key 'qpm'");
    expect_usage_error("qmp=/q,qmp=/r", "'qmp' is given twice");
    expect_usage_error("agent=", "'agent' has no path");
    expect_usage_error("vm1", "'vm1' has no '='");
    expect_usage_error("", "has no '='");
    expect_usage_error("qmp=/q,", "has no '='");
}

}  // namespace
}  // namespace hypnos
