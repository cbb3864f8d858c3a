// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/reader.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/limits.hpp"
#include "tests/support/result.hpp"

namespace hypnos {
namespace {

using test::error_of;
using test::value_of;

std::string repeated(std::size_t times, const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

struct Accepted {
    const char* text;
    const char* dumped;
};

TEST(Reader, AcceptsWhatRfc8259Allows) {
    const Accepted cases[] = {
        {"{}", "{}"},
        {"[]", "[]"},
        {"null", "null"},
        {"true", "true"},
        {"false", "false"},
        {" \t\r\n[ 1 , 2 ] \n", "[1,2]"},
        {R"({"a":{"b":[{}]}})", R"({"a":{"b":[{}]}})"},
        {R"("")", R"("")"},
        {R"({"":1})", R"({"":1})"},
        {R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
        {"0", "0"},
        {"-0", "0"},
        {"-1", "-1"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"1.5", "1.5"},
        {"-0.25", "-0.25"},
    };
    for (const Accepted& c : cases) EXPECT_EQ(value_of(read_json(c.text)), c.dumped) << c.text;
}

TEST(Reader, AcceptsQemusSingleQuotes) {
    EXPECT_EQ(value_of(read_json(R"({'a': 'b"c\'d'})")), R"({"a":"b\"c'd"})");
}

TEST(Reader, ANumberWithPointOrExponentIsReal) {
    for (const char* text : {"1.0", "1e2", "1E+2", "1e-2", "0e0", "-0.0"}) {
        const Result<Json> value = read_json(text);
        ASSERT_TRUE(value) << error_of(value);
        EXPECT_EQ(value->type(), Json::Type::Real) << text;
    }
}

TEST(Reader, AnIntegerOutsideInt64IsReal) {
    for (const char* text :
         {"9223372036854775808", "18446744073709551615", "-9223372036854775809"}) {
        const Result<Json> value = read_json(text);
        ASSERT_TRUE(value) << error_of(value);
        EXPECT_EQ(value->type(), Json::Type::Real) << text;
    }
}

struct Refused {
    const char* text;
    const char* error;
};

TEST(Reader, RefusesWithQemusTexts) {
    const Refused cases[] = {
        {"}", "JSON parse error, expecting value"},
        {"]", "JSON parse error, expecting value"},
        {",", "JSON parse error, expecting value"},
        {":", "JSON parse error, expecting value"},
        {"[1,]", "JSON parse error, expecting value"},
        {"[,1]", "JSON parse error, expecting value"},
        {R"({"a":})", "JSON parse error, expecting value"},
        {R"({"a":1,})", "JSON parse error, expecting value"},
        {"{1:2}", "JSON parse error, key is not a string in object"},
        {"{a:2}", "JSON parse error, invalid keyword 'a'"},
        {R"({"a" 1})", "JSON parse error, missing : in object pair"},
        {R"({"a"})", "JSON parse error, missing : in object pair"},
        {R"({"a":1 "b":2})", "JSON parse error, expected separator in dict"},
        {R"({"a":1])", "JSON parse error, expected separator in dict"},
        {"[1 2]", "JSON parse error, expected separator in list"},
        {"[1}", "JSON parse error, expected separator in list"},
        {R"({"a":1,"a":2})", "JSON parse error, duplicate key"},
        {R"({"a":1,"\u0061":2})", "JSON parse error, duplicate key"},
        {R"({"b":{"a":1,'a':1}})", "JSON parse error, duplicate key"},
        {"01", "JSON parse error, stray '01'"},
        {"[-012]", "JSON parse error, stray '-01'"},
        {"nul", "JSON parse error, invalid keyword 'nul'"},
        {"garbage", "JSON parse error, invalid keyword 'garbage'"},
        {"[truefalse]", "JSON parse error, invalid keyword 'truefalse'"},
        {R"("\x41")", "JSON parse error, invalid escape sequence in string"},
        {R"("\u12")", "JSON parse error, invalid escape sequence in string"},
        {R"("\u12G4")", "JSON parse error, invalid escape sequence in string"},
        {R"("\u+123")", "JSON parse error, invalid escape sequence in string"},
        {R"("\u 123")", "JSON parse error, invalid escape sequence in string"},
        {R"("\u-123")", "JSON parse error, invalid escape sequence in string"},
        {"\"\xC3\"", "JSON parse error, invalid UTF-8 sequence in string"},
        {"\"\xC0\x80\"", "JSON parse error, invalid UTF-8 sequence in string"},
        {"\"\xED\xA0\x80\"", "JSON parse error, invalid UTF-8 sequence in string"},
        {"\"\xF4\x90\x80\x80\"", "JSON parse error, invalid UTF-8 sequence in string"},
        {"[1", "JSON parse error, expected separator in list"},
        {"{\"a\":", "JSON parse error, premature EOI"},
        {"\"abc", "JSON parse error, premature EOI"},
        {"", "JSON parse error, premature EOI"},
        {" \n", "JSON parse error, premature EOI"},
    };
    for (const Refused& c : cases) EXPECT_EQ(error_of(read_json(c.text)), c.error) << c.text;
}

TEST(Reader, RefusesEverythingThatJsonGlibLetsPass) {
    const char* cases[] = {"/* c */ 1",
                           "[1] /* c */",
                           "// c\n1",
                           "var x = 5;",
                           "{}{}",
                           "{} []",
                           "1 2",
                           "0x10",
                           "010",
                           "-010",
                           "1e400",
                           "-1e400",
                           "NaN",
                           "Infinity",
                           "\xEF\xBB\xBF{}",
                           "[1,]",
                           "",
                           "\"a\tb\"",
                           "\"a\nb\"",
                           "{\"a\":1;}",
                           "{\"a\"=1}",
                           "TRUE",
                           "None"};
    for (const char* text : cases) EXPECT_FALSE(read_json(text)) << text;
}

TEST(Reader, RefusesNulInEveryForm) {
    const std::string raw("\"a\0b\"", 5);
    EXPECT_FALSE(read_json(raw));
    EXPECT_FALSE(read_json(std::string("[\0]", 3)));
    EXPECT_FALSE(read_json(std::string("1\0", 2)));
    EXPECT_EQ(error_of(read_json(R"("a\u0000b")")),
              "JSON parse error, invalid escape sequence in string");
    EXPECT_FALSE(read_json(R"({"\u0000":1})"));
}

TEST(Reader, RefusesEachControlCharacterInAString) {
    for (char c = 0; c < 0x20; ++c) {
        const std::string text = std::string("\"") + c + "\"";
        EXPECT_FALSE(read_json(text)) << int{c};
    }
}

TEST(Reader, ReadsSurrogatePairs) {
    EXPECT_EQ(read_json(R"("\uD83D\uDE34")")->string(), "\U0001F634");
    EXPECT_EQ(read_json(R"("\uD800\uDC00")")->string(), "\U00010000");
    EXPECT_EQ(read_json(R"("\udbff\udfff")")->string(), "\U0010FFFF");
    EXPECT_EQ(read_json(R"("\uFFFF")")->string(), "\uFFFF");
}

TEST(Reader, RefusesBrokenSurrogates) {
    for (const char* text :
         {R"("\uD83D")", R"("\uDE34")", R"("\uD83D\uD83D")", R"("\uD83Dx")", R"("\uD83D\n")",
          R"("\uD83D\u0041")", R"("\uDE34\uD83D")", R"("\uD83D\)"})
        EXPECT_EQ(error_of(read_json(text)), "JSON parse error, invalid escape sequence in string")
            << text;
}

TEST(Reader, RefusesWhatIsNoNumber) {
    for (const char* text : {"+1", "-", "--1", "1.", ".5", "1e", "1e+", "1.e1", "00", "01", "1a",
                             "-a", "1.2.3", "1e1e1", "1-", "-.5"})
        EXPECT_FALSE(read_json(text)) << text;
}

TEST(Reader, TheTextOfARefusedNumberIsWhole) {
    for (const char* text : {"-", "1.", "1e", "1e+", "01", "[-]", "[1.]"}) {
        const std::string error = error_of(read_json(text));
        EXPECT_EQ(error.find('\0'), std::string::npos) << text;
        EXPECT_TRUE(error.ends_with("'")) << error;
    }
}

TEST(Reader, RefusesNumbersBeyondADouble) {
    EXPECT_FALSE(read_json("1e309"));
    EXPECT_FALSE(read_json("-1e309"));
    EXPECT_FALSE(read_json(repeated(400, "9")));
    EXPECT_TRUE(read_json("1e308"));
    EXPECT_TRUE(read_json("1e-400"));
}

TEST(Reader, RefusesWhatComesAfterTheValue) {
    for (const char* text : {"{} x", "1 1", "null null", "\"a\" \"b\"", "[] ,", "{}}"})
        EXPECT_FALSE(read_json(text)) << text;
}

TEST(Reader, RefusesEachProperPrefixOfAText) {
    const std::string text = R"({"a":[1.5e3,"b\u00e9\n",{"c":null}],"d":true})";
    ASSERT_TRUE(read_json(text));
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(read_json(text.substr(0, size))) << text.substr(0, size);
}

TEST(Reader, NestsAsDeepAsTheLimitAndNoDeeper) {
    const std::string arrays = repeated(limits::kDepth, "[") + repeated(limits::kDepth, "]");
    EXPECT_TRUE(read_json(arrays));
    EXPECT_EQ(error_of(read_json("[" + arrays + "]")), "JSON nesting depth limit exceeded");
    const std::string objects =
        repeated(limits::kDepth, "{\"a\":") + "1" + repeated(limits::kDepth, "}");
    EXPECT_TRUE(read_json(objects));
    EXPECT_EQ(error_of(read_json("[" + objects + "]")), "JSON nesting depth limit exceeded");
}

TEST(Reader, SiblingsDoNotAddUpToDepth) {
    EXPECT_TRUE(read_json("[" + repeated(2000, "[[]],") + "[]]"));
}

TEST(Reader, TakesAsManyValuesAsTheLimitAndNoMore) {
    const std::string most = "[" + repeated(limits::kValues - 2, "1,") + "1]";
    EXPECT_TRUE(read_json(most));
    const std::string more = "[" + repeated(limits::kValues - 1, "1,") + "1]";
    EXPECT_EQ(error_of(read_json(more)), "JSON token count limit exceeded");
}

TEST(Reader, AFullDepthValueCanBeDumpedAndComparedAndDropped) {
    const std::string text = repeated(limits::kDepth, "[") + repeated(limits::kDepth, "]");
    const Result<Json> value = read_json(text);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->dump(), text);
}

TEST(Reader, WhatItReadsItDumpsAndReadsAgain) {
    const Result<Json> first =
        read_json(R"({'k\'': ["\u00e9\ud83d\ude34/\b", -1, 1.25, 1e300, true, null, {}]})");
    ASSERT_TRUE(first) << error_of(first);
    const Result<Json> second = read_json(first->dump());
    ASSERT_TRUE(second) << error_of(second);
    EXPECT_EQ(*first, *second);
}

}  // namespace
}  // namespace hypnos
