// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/arguments.hpp"

#include <gtest/gtest.h>

#include "tests/support/result.hpp"

namespace hypnos {
namespace {

using test::error_of;

const std::vector<std::string_view> kColours = {"red", "green", "blue"};

/// What is not an integer; strings are one of them.
std::vector<Json> no_integers() {
    return {Json(), Json(true), Json(1.5), Json(5.0), Json("5"), Json::array(), Json::object()};
}

TEST(Arguments, NoneIsFineWhereNoneIsWanted) {
    const Json none = Json::object();
    EXPECT_EQ(error_of(Arguments(none).finish()), "no error");
}

TEST(Arguments, UnknownOnesAreRefusedByName) {
    const Json given = Json::object({{"bogus", 1}});
    EXPECT_EQ(error_of(Arguments(given).finish()), "Parameter 'bogus' is unexpected");
}

TEST(Arguments, ReadsAnInteger) {
    const Json given = Json::object({{"id", -7}});
    Arguments arguments(given);
    EXPECT_EQ(arguments.integer("id"), -7);
    EXPECT_EQ(error_of(arguments.finish()), "no error");
}

TEST(Arguments, AMissingIntegerIsAnErrorUnlessOptional) {
    const Json none = Json::object();
    Arguments required(none);
    EXPECT_EQ(required.integer("id"), 0);
    EXPECT_EQ(error_of(required.finish()), "Parameter 'id' is missing");
    Arguments optional(none);
    EXPECT_EQ(optional.optional_integer("id"), std::nullopt);
    EXPECT_EQ(error_of(optional.finish()), "no error");
}

TEST(Arguments, NothingElsePassesForAnInteger) {
    for (const Json& value : no_integers()) {
        const Json given = Json::object({{"id", value}});
        Arguments required(given);
        (void)required.integer("id");
        EXPECT_EQ(error_of(required.finish()), "Invalid parameter type for 'id', expected: integer")
            << value.dump();
        Arguments optional(given);
        EXPECT_EQ(optional.optional_integer("id"), std::nullopt);
        EXPECT_FALSE(optional.finish()) << value.dump();
    }
}

TEST(Arguments, ABooleanIsNothingElse) {
    const Json given = Json::object({{"force", true}});
    Arguments arguments(given);
    EXPECT_EQ(arguments.optional_boolean("force"), true);
    EXPECT_EQ(arguments.optional_boolean("other"), std::nullopt);
    EXPECT_EQ(error_of(arguments.finish()), "no error");
    const Json wrong = Json::object({{"force", 1}});
    Arguments refused(wrong);
    EXPECT_EQ(refused.optional_boolean("force"), std::nullopt);
    EXPECT_EQ(error_of(refused.finish()), "Invalid parameter type for 'force', expected: boolean");
}

TEST(Arguments, ReadsAString) {
    const Json given = Json::object({{"name", "x"}});
    Arguments arguments(given);
    EXPECT_EQ(arguments.optional_string("name"), "x");
    EXPECT_EQ(error_of(arguments.finish()), "no error");
}

TEST(Arguments, NothingElsePassesForAString) {
    for (const Json& value : {Json(), Json(true), Json(5), Json::array(), Json::object()}) {
        const Json given = Json::object({{"name", value}});
        Arguments arguments(given);
        EXPECT_EQ(arguments.optional_string("name"), std::nullopt);
        EXPECT_EQ(error_of(arguments.finish()),
                  "Invalid parameter type for 'name', expected: string");
    }
}

TEST(Arguments, ReadsAChoiceAsItsIndex) {
    const Json given = Json::object({{"colour", "blue"}});
    Arguments arguments(given);
    EXPECT_EQ(arguments.choice("colour", kColours), 2U);
    EXPECT_EQ(error_of(arguments.finish()), "no error");
}

TEST(Arguments, AChoiceThatIsNoneOfThemIsRefused) {
    for (const char* value : {"pink", "", "Red", "red "}) {
        const Json given = Json::object({{"colour", value}});
        Arguments arguments(given);
        (void)arguments.choice("colour", kColours);
        EXPECT_EQ(error_of(arguments.finish()),
                  std::string("Parameter 'colour' does not accept value '") + value + "'");
    }
}

TEST(Arguments, AMissingChoiceIsAnErrorUnlessOptional) {
    const Json none = Json::object();
    Arguments required(none);
    (void)required.choice("colour", kColours);
    EXPECT_EQ(error_of(required.finish()), "Parameter 'colour' is missing");
    Arguments optional(none);
    EXPECT_EQ(optional.optional_choice("colour", kColours), std::nullopt);
    EXPECT_EQ(error_of(optional.finish()), "no error");
}

TEST(Arguments, AChoiceOfTheWrongTypeIsAWrongType) {
    const Json given = Json::object({{"colour", 1}});
    Arguments arguments(given);
    (void)arguments.optional_choice("colour", kColours);
    EXPECT_EQ(error_of(arguments.finish()),
              "Invalid parameter type for 'colour', expected: string");
}

TEST(Arguments, NullIsAValueAndNotAnAbsence) {
    const Json given = Json::object({{"id", Json()}});
    Arguments arguments(given);
    (void)arguments.optional_integer("id");
    EXPECT_FALSE(arguments.finish());
}

TEST(Arguments, ReadsAListOfStrings) {
    const Json given = Json::object({{"keys", Json::array({"a", "b"})}});
    Arguments arguments(given);
    EXPECT_EQ(arguments.strings("keys"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(arguments.optional_strings("other"), std::nullopt);
    EXPECT_EQ(error_of(arguments.finish()), "no error");
}

std::string problem_with_strings(const Json& value) {
    const Json given = Json::object({{"keys", value}});
    Arguments arguments(given);
    (void)arguments.strings("keys");
    return error_of(arguments.finish());
}

TEST(Arguments, AListOfStringsHoldsNothingElse) {
    EXPECT_EQ(problem_with_strings("a"), "Invalid parameter type for 'keys', expected: array");
    EXPECT_EQ(problem_with_strings(Json::array({"a", 5})),
              "Invalid parameter type for 'keys[1]', expected: string");
}

/// What is wrong with a list of {"n": integer, "on": boolean}.
std::string problem_with_list(const Json& value) {
    const Json given = Json::object({{"all", value}});
    Arguments arguments(given);
    (void)arguments.list(
        "all", [](Arguments& each) { return std::pair(each.integer("n"), each.boolean("on")); });
    return error_of(arguments.finish());
}

TEST(Arguments, ObjectsOfAListAreCheckedLikeArguments) {
    const auto element = [](const Json& number) {
        return Json::object({{"n", number}, {"on", true}});
    };
    EXPECT_EQ(problem_with_list(Json::array({element(1), element(2)})), "no error");
    EXPECT_EQ(problem_with_list(5), "Invalid parameter type for 'all', expected: array");
    EXPECT_EQ(problem_with_list(Json::array({5})),
              "Invalid parameter type for 'all[0]', expected: object");
    EXPECT_EQ(problem_with_list(Json::array({element(1), element("x")})),
              "Invalid parameter type for 'all[1].n', expected: integer");
    EXPECT_EQ(problem_with_list(Json::array({element(1).set("z", 1)})),
              "Parameter 'all[0].z' is unexpected");
    EXPECT_EQ(problem_with_list(Json::array({Json::object({{"on", true}})})),
              "Parameter 'all[0].n' is missing");
}

TEST(Arguments, TheFirstProblemIsTheOneReported) {
    const Json given = Json::object({{"b", "x"}, {"extra", 1}});
    Arguments arguments(given);
    (void)arguments.integer("a");
    (void)arguments.integer("b");
    EXPECT_EQ(error_of(arguments.finish()), "Parameter 'a' is missing");
}

}  // namespace
}  // namespace hypnos
