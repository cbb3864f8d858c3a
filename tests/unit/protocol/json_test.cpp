// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "hypnos/protocol/reader.hpp"

namespace hypnos {
namespace {

struct Sample {
    const char* name;
    Json value;
    Json::Type type;
};

std::vector<Sample> one_of_each() {
    return {{"null", Json(), Json::Type::Null},
            {"boolean", Json(true), Json::Type::Boolean},
            {"integer", Json(1), Json::Type::Integer},
            {"real", Json(1.5), Json::Type::Real},
            {"string", Json("1"), Json::Type::String},
            {"array", Json::array({Json(1)}), Json::Type::Array},
            {"object", Json::object({{"a", 1}}), Json::Type::Object}};
}

TEST(Json, KnowsItsType) {
    for (const Sample& sample : one_of_each())
        EXPECT_EQ(sample.value.type(), sample.type) << sample.name;
}

TEST(Json, GettersAnswerForTheirOwnTypeOnly) {
    for (const Sample& sample : one_of_each()) {
        EXPECT_EQ(sample.value.boolean().has_value(), sample.type == Json::Type::Boolean)
            << sample.name;
        EXPECT_EQ(sample.value.integer().has_value(), sample.type == Json::Type::Integer)
            << sample.name;
        EXPECT_EQ(sample.value.string().has_value(), sample.type == Json::Type::String)
            << sample.name;
        EXPECT_EQ(!sample.value.elements().empty(), sample.type == Json::Type::Array)
            << sample.name;
        EXPECT_EQ(!sample.value.names().empty(), sample.type == Json::Type::Object) << sample.name;
        EXPECT_EQ(sample.value.has("a"), sample.type == Json::Type::Object) << sample.name;
    }
}

TEST(Json, AWholeRealIsNoInteger) { EXPECT_FALSE(Json(5.0).integer()); }

TEST(Json, KeepsTheExtremesOfInt64) {
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(Json(kMin).integer(), kMin);
    EXPECT_EQ(Json(kMin).dump(), "-9223372036854775808");
    EXPECT_EQ(Json(kMax).dump(), "9223372036854775807");
}

TEST(Json, AMissingMemberIsNull) {
    const Json object = Json::object({{"here", Json()}});
    EXPECT_TRUE(object["gone"].is_null());
    EXPECT_FALSE(object.has("gone"));
    EXPECT_TRUE(object["here"].is_null());
    EXPECT_TRUE(object.has("here"));
    EXPECT_TRUE(Json(5)["anything"].is_null());
}

TEST(Json, MembersKeepTheirOrder) {
    const Json object = Json::object({{"z", 1}, {"a", 2}, {"m", 3}});
    EXPECT_EQ(object.names(), (std::vector<std::string>{"z", "a", "m"}));
    EXPECT_EQ(object.dump(), R"({"z":1,"a":2,"m":3})");
}

TEST(Json, SetReplacesAMember) {
    Json object = Json::object({{"a", 1}});
    object.set("a", 2);
    EXPECT_EQ(object.dump(), R"({"a":2})");
}

TEST(Json, ArraysKeepTheirOrder) {
    Json array = Json::array({Json(3), Json(1)});
    array.append(Json(2));
    EXPECT_EQ(array.dump(), "[3,1,2]");
    EXPECT_EQ(array.elements().at(2), Json(2));
}

TEST(Json, CopiesShareTheValue) {
    Json original = Json::object();
    const Json copy = original;
    original.set("a", 1);
    EXPECT_EQ(copy.dump(), R"({"a":1})");
}

TEST(Json, DumpIsAsciiWithUpperCaseEscapes) {
    EXPECT_EQ(Json("\u00e9").dump(), R"("\u00E9")");
    EXPECT_EQ(Json("\u20ac").dump(), R"("\u20AC")");
    EXPECT_EQ(Json("\U0001F634").dump(), R"("\uD83D\uDE34")");
    EXPECT_EQ(Json("\U0010FFFF").dump(), R"("\uDBFF\uDFFF")");
    EXPECT_EQ(Json("\x7F").dump().find('\x7F'), std::string::npos);
}

TEST(Json, DumpEscapesWhatWouldBreakALine) {
    EXPECT_EQ(Json("a\nb\rc\td\"e\\f").dump(), R"("a\nb\rc\td\"e\\f")");
    for (char c = 1; c < 0x20; ++c) {
        const std::string text = Json(std::string(1, c)).dump();
        for (const char byte : text) EXPECT_GE(byte, 0x20) << text;
    }
}

TEST(Json, DumpEscapesMemberNamesToo) {
    EXPECT_EQ(Json::object({{"\u00e9\n", 1}}).dump(), "{\"\\u00E9\\n\":1}");
}

TEST(Json, DumpOfARealIsReadBackAsThatReal) {
    for (const double value : {5.0, 0.1, 1e17, 1e300, 1e-7, 123456789012345680.0, -2.5e-300}) {
        const Result<Json> read = read_json(Json(value).dump());
        ASSERT_TRUE(read) << Json(value).dump();
        EXPECT_EQ(read->type(), Json::Type::Real);
        EXPECT_EQ(*read, Json(value));
    }
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
    EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
}

TEST(Json, NamesAreMadeUtf8Too) {
    EXPECT_EQ(Json::object({{"\xFF", 1}}).dump(), R"({"\uFFFD":1})");
    EXPECT_EQ(Json::object({{std::string_view("a\0b", 3), 1}}).dump(), R"({"a\uFFFDb":1})");
}

TEST(Json, FindsEachOfThousandsOfMembers) {
    Json object = Json::object();
    for (int i = 0; i < 5000; ++i) object.set(std::to_string(i * 7919 % 5000), i);
    EXPECT_EQ(object.names().size(), 5000U);
    for (int i = 0; i < 5000; ++i) EXPECT_EQ(object[std::to_string(i * 7919 % 5000)].integer(), i);
}

TEST(Json, DumpLeavesSlashesAlone) { EXPECT_EQ(Json("/dev/vda").dump(), R"("/dev/vda")"); }

TEST(Json, TextThatIsNotUtf8IsStillDumpedWholeAndAscii) {
    for (const char* text : {"caf\xE9", "\xFF", "\xF0\x9F", "a\xC3", "\xED\xA0\x80"}) {
        const std::string dumped = Json::object({{"a", text}, {"b", 1}}).dump();
        EXPECT_TRUE(dumped.ends_with(R"(","b":1})")) << dumped;
        for (const char byte : dumped) EXPECT_TRUE(byte >= 0x20 && byte < 0x7F) << dumped;
    }
}

TEST(Json, EqualMeansEqualTypeAndValue) {
    EXPECT_EQ(Json(1), Json(1));
    EXPECT_FALSE(Json(1) == Json(1.0));
    EXPECT_FALSE(Json(1) == Json("1"));
    EXPECT_FALSE(Json(1) == Json(true));
    EXPECT_FALSE(Json() == Json(false));
}

}  // namespace
}  // namespace hypnos
