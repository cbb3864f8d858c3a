// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/framer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "hypnos/protocol/limits.hpp"

namespace hypnos {
namespace {

using Texts = std::vector<std::string>;

const std::string kGood = R"({"execute":"guest-ping"})";

std::string repeated(std::size_t times, char c) { return std::string(times, c); }

/// Complete texts as they are, errors as "!MESSAGE".
Texts drain(Framer& framer) {
    Texts texts;
    while (const auto text = framer.next())
        texts.push_back(*text ? **text : "!" + text->error().message);
    return texts;
}

Texts frame(const std::string& bytes) {
    Framer framer;
    framer.push(bytes);
    return drain(framer);
}

/// The same bytes in pieces of `size`.
Texts frame_in_pieces(const std::string& bytes, std::size_t size) {
    Framer framer;
    Texts texts;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        framer.push(bytes.substr(at, size));
        for (std::string& text : drain(framer)) texts.push_back(std::move(text));
    }
    return texts;
}

Texts frame_split_at(const std::string& bytes, std::size_t at) {
    Framer framer;
    framer.push(bytes.substr(0, at));
    Texts texts = drain(framer);
    framer.push(bytes.substr(at));
    for (std::string& text : drain(framer)) texts.push_back(std::move(text));
    return texts;
}

TEST(Framer, ATextEndsWhereItsBracketsBalance) {
    EXPECT_EQ(frame(R"({"a":[1,{}]})"), Texts{R"({"a":[1,{}]})"});
    EXPECT_EQ(frame("[]"), Texts{"[]"});
    EXPECT_EQ(frame("{\"a\":1"), Texts{});
}

TEST(Framer, AnEscapeIsOverAfterItsLetter) {
    for (const std::string text :
         {R"({"a":"x\n"})", R"(["\\"])", R"(["\u0041"])", R"(['\t','\''])", R"("\n")"})
        EXPECT_EQ(frame(text + "{}"), (Texts{text, "{}"}));
}

TEST(Framer, TextsNeedNothingBetweenThem) {
    EXPECT_EQ(frame("{}[]{}"), (Texts{"{}", "[]", "{}"}));
    EXPECT_EQ(frame("{} \r\n\t {}"), (Texts{"{}", "{}"}));
    EXPECT_EQ(frame(R"("a"'b'"c")"), (Texts{R"("a")", "'b'", R"("c")"}));
}

TEST(Framer, ABareScalarWaitsForWhatFollowsIt) {
    EXPECT_EQ(frame("12"), Texts{});
    EXPECT_EQ(frame("12\n"), Texts{"12"});
    EXPECT_EQ(frame("true{}"), (Texts{"true", "{}"}));
    EXPECT_EQ(frame("null[]"), (Texts{"null", "[]"}));
    EXPECT_EQ(frame("1,2 "), (Texts{"1", ",", "2"}));
}

TEST(Framer, EachWordOfGarbageIsATextOfItsOwn) {
    EXPECT_EQ(frame("garbage words here\n" + kGood), (Texts{"garbage", "words", "here", kGood}));
}

TEST(Framer, BracketsInStringsDoNotCount) {
    EXPECT_EQ(frame(R"({"a":"}]{["}{})"), (Texts{R"({"a":"}]{["})", "{}"}));
    EXPECT_EQ(frame(R"({'a':'}"'}{})"), (Texts{R"({'a':'}"'})", "{}"}));
    EXPECT_EQ(frame(R"({"a":"'"}{})"), (Texts{R"({"a":"'"})", "{}"}));
}

TEST(Framer, AnEscapedQuoteDoesNotEndAString) {
    EXPECT_EQ(frame(R"(["\"]"]{})"), (Texts{R"(["\"]"])", "{}"}));
    EXPECT_EQ(frame(R"(["\\"]{})"), (Texts{R"(["\\"])", "{}"}));
    EXPECT_EQ(frame(R"("\\\""{})"), (Texts{R"("\\\"")", "{}"}));
}

TEST(Framer, AStrayCloserOrSeparatorIsATextForTheReaderToRefuse) {
    EXPECT_EQ(frame("}],:"), (Texts{"}", "]", ",", ":"}));
    EXPECT_EQ(frame("}" + kGood), (Texts{"}", kGood}));
}

TEST(Framer, AStrayByteCostsOneErrorAndTheNextTextIsWhole) {
    EXPECT_EQ(frame("#" + kGood), (Texts{"!JSON parse error, stray '#'", kGood}));
    EXPECT_EQ(frame("[1,#" + kGood), (Texts{"!JSON parse error, stray '#'", kGood}));
    EXPECT_EQ(frame("\xC3\xA9\xC3\xA9 word" + kGood),
              (Texts{"!JSON parse error, stray '\uFFFD'", kGood}));
}

TEST(Framer, AStrayNulShowsAsNothing) {
    EXPECT_EQ(frame(std::string("\0", 1) + kGood), (Texts{"!JSON parse error, stray ''", kGood}));
}

TEST(Framer, RecoveryEndsAtAStructuralOrControlCharacterButNotAtATab) {
    EXPECT_EQ(frame("#abc\n12 "), (Texts{"!JSON parse error, stray '#'", "12"}));
    EXPECT_EQ(frame("#abc\tdef 12\n"), Texts{"!JSON parse error, stray '#'"});
    for (const char* end : {"[", "{"})
        EXPECT_EQ(frame(std::string("#abc") + end + (*end == '[' ? "]" : "}")).size(), 2U) << end;
    EXPECT_EQ(frame("#abc,{}"), (Texts{"!JSON parse error, stray '#'", ",", "{}"}));
}

TEST(Framer, ANewlineInAStringIsAnErrorAndEndsTheText) {
    EXPECT_EQ(frame("{\"a\":\"b\n" + kGood), (Texts{"!JSON parse error, stray '\n'", kGood}));
}

TEST(Framer, TheResetByteForgetsEveryStateSilently) {
    const std::string beginnings[] = {"",           "12",       "tru",  "{", "{\"a\":",   "{\"a",
                                      "{\"a\\",     "{'a",      "[[[[", "#", "# recover", "\"abc",
                                      "{\"a\":1,#", "[\"\\u12", "[1,2", "'"};
    for (const std::string& beginning : beginnings) {
        Framer framer;
        framer.push(beginning);
        (void)drain(framer);
        framer.push("\xFF" + kGood);
        EXPECT_EQ(drain(framer), Texts{kGood}) << beginning;
    }
}

TEST(Framer, TheResetByteEndsTheDiscardingOfALongText) {
    Framer framer;
    framer.push("\"" + repeated(limits::kMessageBytes + 10, 'x'));
    EXPECT_EQ(drain(framer), Texts{"!JSON token size limit exceeded"});
    framer.push("\xFF" + kGood);
    EXPECT_EQ(drain(framer), Texts{kGood});
}

TEST(Framer, ResetBytesInARowAreSilent) { EXPECT_EQ(frame("\xFF\xFF\xFF" + kGood), Texts{kGood}); }

TEST(Framer, ResetForgetsInputThatWasNotYetLookedAt) {
    Framer framer;
    framer.push("{}{}{\"a");
    EXPECT_TRUE(framer.next());
    framer.reset();
    EXPECT_EQ(drain(framer), Texts{});
    framer.push(kGood);
    EXPECT_EQ(drain(framer), Texts{kGood});
}

TEST(Framer, WhereTheBytesAreSplitMakesNoDifference) {
    const std::string streams[] = {
        R"({"execute":"guest-sync","arguments":{"id":1}})" + kGood + "\n[1,2]12 true\"s\\\"]\"",
        "{\"a\":\"\\\\\"}\xFF{\"half" + std::string("\xFF") + kGood,
        "garbage # more\tgarbage\n{}} ,:[\x01]" + kGood,
        "\xC3\xA9{'\xC3\xA9':'\\''}" + std::string("\0{}", 3) + kGood,
    };
    for (const std::string& stream : streams) {
        const Texts whole = frame(stream);
        EXPECT_GE(whole.size(), 2U);
        for (std::size_t at = 0; at <= stream.size(); ++at)
            EXPECT_EQ(frame_split_at(stream, at), whole) << stream << " at " << at;
        EXPECT_EQ(frame_in_pieces(stream, 1), whole) << stream;
    }
}

TEST(Framer, TakesADepthOfTheLimit) {
    const std::string deep = repeated(limits::kDepth, '[') + repeated(limits::kDepth, ']');
    EXPECT_EQ(frame(deep), Texts{deep});
}

TEST(Framer, OneLevelTooDeepCostsOneErrorAndTheWholeText) {
    const std::string deep = repeated(limits::kDepth + 1, '[') + repeated(limits::kDepth + 1, ']');
    EXPECT_EQ(frame(deep + kGood), (Texts{"!JSON nesting depth limit exceeded", kGood}));
}

TEST(Framer, AMegabyteOfOpenBracketsCostsOneErrorUntilTheNewline) {
    EXPECT_EQ(frame_in_pieces(repeated(1 << 20, '[') + "\n" + kGood, 4096),
              (Texts{"!JSON nesting depth limit exceeded", kGood}));
}

/// A text of exactly `size` bytes that begins and ends so.
std::string text_of(std::size_t size, const std::string& begin, char fill, const std::string& end) {
    return begin + repeated(size - begin.size() - end.size(), fill) + end;
}

struct Shape {
    const char* begin;
    char fill;
    const char* end;
};

const Shape kShapes[] = {
    {"[\"", 'x', "\"]"}, {"\"", 'x', "\""},       {"[", ' ', "]"},       {"{\"a\":[", ' ', "]}"},
    {"'", 'x', "'"},     {"[\"", 'x', "\\\"\"]"}, {"\"", 'x', "\\\\\""}, {"[\"", 'x', "\",'\"]']"},
};

TEST(Framer, TakesATextOfTheLimit) {
    for (const Shape& shape : kShapes) {
        const std::string text = text_of(limits::kMessageBytes, shape.begin, shape.fill, shape.end);
        EXPECT_TRUE(frame(text + kGood) == (Texts{text, kGood})) << shape.begin << shape.end;
    }
}

TEST(Framer, ATextOverTheLimitCostsOneErrorAndNothingOfItIsReadAsNew) {
    for (const Shape& shape : kShapes) {
        for (const std::size_t excess : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 4096U}) {
            const std::string text =
                text_of(limits::kMessageBytes + excess, shape.begin, shape.fill, shape.end);
            EXPECT_EQ(frame(text + kGood), (Texts{"!JSON token size limit exceeded", kGood}))
                << shape.begin << shape.end << " + " << excess;
        }
    }
}

TEST(Framer, AScalarOverTheLimitCostsOneErrorHoweverLong) {
    for (const std::size_t excess : {std::size_t{1}, std::size_t{100}, 3 * limits::kMessageBytes})
        EXPECT_EQ(frame(repeated(limits::kMessageBytes + excess, '1') + "\n" + kGood),
                  (Texts{"!JSON token size limit exceeded", kGood}))
            << excess;
}

TEST(Framer, ALongTextWithoutEndIsOverAtTheNewline) {
    EXPECT_EQ(frame("{\"" + repeated(limits::kMessageBytes, 'x') + "\n" + kGood),
              (Texts{"!JSON token size limit exceeded", kGood}));
}

TEST(Framer, EndlessWhiteSpaceIsNeitherKeptNorAnError) {
    EXPECT_EQ(frame_in_pieces(repeated(3 * limits::kMessageBytes, ' ') + kGood, 65536),
              Texts{kGood});
}

}  // namespace
}  // namespace hypnos
