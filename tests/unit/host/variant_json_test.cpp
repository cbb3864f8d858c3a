// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/variant_json.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::glib {
namespace {

using Variant = std::unique_ptr<GVariant, decltype(&g_variant_unref)>;

Variant own(GVariant* floating) { return {g_variant_ref_sink(floating), g_variant_unref}; }

/// Of its text form.
std::string json_of(const char* text) {
    const Variant variant = own(g_variant_new_parsed(text));
    return to_json(variant.get()).dump();
}

std::string text_of(const char* json) {
    const Variant variant = own(to_variant(read_json(json).value()));
    char* text = g_variant_print(variant.get(), TRUE);
    std::string result = text;
    g_free(text);
    return result;
}

TEST(VariantJson, ScalarsToVariant) {
    EXPECT_EQ(text_of("true"), "true");
    EXPECT_EQ(text_of("-5"), "int64 -5");
    EXPECT_EQ(text_of("9223372036854775807"), "int64 9223372036854775807");
    EXPECT_EQ(text_of("1.5"), "1.5");
    EXPECT_EQ(text_of(R"("a\u00e9")"), "'a\u00e9'");
}

TEST(VariantJson, ContainersToVariant) {
    EXPECT_EQ(text_of(R"({"a": 1, "b": {"c": "d"}})"), "{'a': <int64 1>, 'b': <{'c': <'d'>}>}");
    EXPECT_EQ(text_of(R"([1, "x", []])"), "[<int64 1>, <'x'>, <@av []>]");
    EXPECT_EQ(text_of("{}"), "@a{sv} {}");
}

TEST(VariantJson, NullIsLeftOut) {
    EXPECT_EQ(text_of(R"({"a": null, "b": 1})"), "{'b': <int64 1>}");
    EXPECT_EQ(text_of("[null, 1]"), "[<int64 1>]");
    EXPECT_EQ(to_variant(Json()), nullptr);
}

TEST(VariantJson, ScalarsToJson) {
    EXPECT_EQ(json_of("false"), "false");
    EXPECT_EQ(json_of("byte 255"), "255");
    EXPECT_EQ(json_of("int16 -3"), "-3");
    EXPECT_EQ(json_of("uint16 65535"), "65535");
    EXPECT_EQ(json_of("-7"), "-7");
    EXPECT_EQ(json_of("uint32 4294967295"), "4294967295");
    EXPECT_EQ(json_of("int64 -9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(json_of("handle 2"), "2");
    EXPECT_EQ(json_of("1.5"), "1.5");
    EXPECT_EQ(json_of("'x'"), R"("x")");
    EXPECT_EQ(json_of("objectpath '/a'"), R"("/a")");
    EXPECT_EQ(json_of("signature 'sv'"), R"("sv")");
}

TEST(VariantJson, AnUnsignedNumberThatDoesNotFitIsReal) {
    EXPECT_EQ(json_of("uint64 9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(to_json(own(g_variant_new_uint64(UINT64_MAX)).get()).type(), Json::Type::Real);
}

TEST(VariantJson, ContainersToJson) {
    EXPECT_EQ(json_of("{'a': <1>, 'b': <<'x'>>}"), R"({"a":1,"b":"x"})");
    EXPECT_EQ(json_of("{'a': 1}"), R"({"a":1})");
    EXPECT_EQ(json_of("('mem', true, ['x'])"), R"(["mem",true,["x"]])");
    EXPECT_EQ(json_of("{1: 'x'}"), R"([[1,"x"]])");
    EXPECT_EQ(json_of("@aa{sv} [{}]"), "[{}]");
}

TEST(VariantJson, ThereAndBack) {
    const char* json = R"({"a":[{"b":true},[]],"c":-1,"d":"\"","e":0.5})";
    const Variant variant = own(to_variant(read_json(json).value()));
    EXPECT_EQ(to_json(variant.get()).dump(), json);
}

}  // namespace
}  // namespace hypnos::glib
