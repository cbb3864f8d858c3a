// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "tests/support/line_judge.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/result.hpp"

namespace hypnos::test {
namespace {

const std::string kReply = R"({"return":1})";
const std::string kEvent = R"({"event":"X","data":{},"timestamp":{"seconds":1,"microseconds":2}})";

/// With \xNN and \\ for what they stand for.
std::string unescaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const bool byte = text.starts_with("\\x");
        const bool backslash = text.starts_with("\\\\");
        if (byte)
            result += static_cast<char>(std::stoi(std::string(text.substr(2, 2)), nullptr, 16));
        else
            result += text.front();
        text.remove_prefix(byte ? 4 : backslash ? 2 : 1);
    }
    return result;
}

TEST(LineJudge, AgreesWithTheTable) {
    std::ifstream table(HYPNOS_LINES);
    int good = 0;
    int bad = 0;
    for (std::string row; std::getline(table, row);) {
        const bool is_good = row.starts_with("good ");
        if (!is_good && !row.starts_with("bad ")) continue;
        ++(is_good ? good : bad);
        const std::string line = unescaped(std::string_view(row).substr(row.find(' ') + 1));
        EXPECT_EQ(judge_line(line).has_value(), is_good) << row;
    }
    EXPECT_GE(good, 10);
    EXPECT_GE(bad, 60);
}

TEST(LineJudge, SaysWhatIsWrong) {
    EXPECT_EQ(error_of(judge_line("{}")), "neither reply nor event: {}");
    EXPECT_EQ(error_of(judge_line("")), "an empty line: ");
}

TEST(LineJudge, DoesNotFollowBracketsForEver) {
    EXPECT_FALSE(judge_line("{\"return\":" + std::string(100000, '[')));
    EXPECT_FALSE(judge_line(std::string(100000, '{')));
    EXPECT_TRUE(judge_line("{\"return\":" + std::string(64, '[') + std::string(64, ']') + "}"));
}

TEST(LineJudge, AllowsTheMarkOnceForEachDelimitedSync) {
    LineJudge judge;
    judge.expect_delimited();
    EXPECT_TRUE(judge.feed(kReply + "\n\xFF" + kReply + "\n"));
    EXPECT_FALSE(judge.feed("\xFF" + kReply + "\n"));
}

TEST(LineJudge, JudgesLinesHoweverTheyAreCut) {
    LineJudge judge;
    for (const char c : kEvent + "\n" + kReply) ASSERT_TRUE(judge.feed(std::string(1, c)));
    EXPECT_EQ(judge.lines(), 1U);
    EXPECT_FALSE(judge.finish());
    EXPECT_TRUE(judge.feed("\n"));
    EXPECT_TRUE(judge.finish());
}

TEST(LineJudge, FindsABadLineBetweenGoodOnes) {
    LineJudge judge;
    EXPECT_EQ(error_of(judge.feed(kReply + "\n\n" + kReply + "\n")), "an empty line: ");
}

TEST(LineJudge, DoesNotWaitForTheEndOfALineForEver) {
    LineJudge judge;
    const std::string mebibyte(std::size_t{1} << 20, 'x');
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(judge.feed(mebibyte));
    EXPECT_FALSE(judge.feed("x"));
}

}  // namespace
}  // namespace hypnos::test
