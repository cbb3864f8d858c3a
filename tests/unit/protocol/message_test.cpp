// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/message.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/limits.hpp"
#include "hypnos/protocol/power.hpp"
#include "hypnos/protocol/reader.hpp"
#include "tests/support/result.hpp"

namespace hypnos {
namespace {

using test::value_of;

Json read(const std::string& text) { return read_json(text).value(); }

std::string request_error(const std::string& text) {
    const Result<Request> request = parse_request(read(text));
    return request ? "no error" : request.error().message;
}

TEST(Request, HasANameAndPerhapsArguments) {
    const Result<Request> bare = parse_request(read(R"({"execute":"guest-ping"})"));
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->execute, "guest-ping");
    EXPECT_EQ(bare->arguments.dump(), "{}");
    const Result<Request> full =
        parse_request(read(R"({"arguments":{"id":5},"execute":"x","id":1})"));
    ASSERT_TRUE(full);
    EXPECT_EQ(full->arguments.dump(), R"({"id":5})");
}

TEST(Request, IsRefusedWithQemusTexts) {
    EXPECT_EQ(request_error("[]"), "QMP input must be a JSON object");
    EXPECT_EQ(request_error("5"), "QMP input must be a JSON object");
    EXPECT_EQ(request_error("null"), "QMP input must be a JSON object");
    EXPECT_EQ(request_error("{}"), "QMP input lacks member 'execute'");
    EXPECT_EQ(request_error(R"({"id":1})"), "QMP input lacks member 'execute'");
    EXPECT_EQ(request_error(R"({"execute":5})"), "QMP input member 'execute' must be a string");
    EXPECT_EQ(request_error(R"({"execute":null})"), "QMP input member 'execute' must be a string");
    EXPECT_EQ(request_error(R"({"execute":"x","arguments":[]})"),
              "QMP input member 'arguments' must be an object");
    EXPECT_EQ(request_error(R"({"execute":"x","arguments":null})"),
              "QMP input member 'arguments' must be an object");
    EXPECT_EQ(request_error(R"({"execute":"x","more":1})"),
              "QMP input member 'more' is unexpected");
    EXPECT_EQ(request_error(R"({"exec-oob":"x"})"), "QMP input member 'exec-oob' is unexpected");
    EXPECT_EQ(request_error(R"({"Execute":"x"})"), "QMP input member 'Execute' is unexpected");
}

TEST(Request, ItsIdCanBeReadEvenWhenItIsRefused) {
    EXPECT_EQ(request_id(read(R"({"id":[1,{"a":null}]})")), read(R"([1,{"a":null}])"));
    EXPECT_EQ(request_id(read(R"({"id":null})")), Json());
    EXPECT_EQ(request_id(read(R"({"execute":"x"})")), std::nullopt);
    EXPECT_EQ(request_id(read("[]")), std::nullopt);
}

TEST(Request, AnIdIsRepeatedUpToItsLimit) {
    const Json most =
        Json::object({{"execute", "x"}, {"id", std::string(limits::kIdWeight - 8, 'x')}});
    EXPECT_TRUE(parse_request(most));
    EXPECT_TRUE(request_id(most));
    for (const Json& id : {Json(std::string(limits::kIdWeight + 1, 'x')),
                           Json::array(std::vector<Json>(limits::kIdWeight, Json(1))),
                           Json::object({{std::string(limits::kIdWeight + 1, 'x'), 1}})}) {
        const Json over = Json::object({{"execute", "x"}, {"id", id}});
        EXPECT_EQ(request_id(over), std::nullopt);
        const Result<Request> request = parse_request(over);
        ASSERT_FALSE(request);
        EXPECT_EQ(request.error().message, "QMP input member 'id' is too large");
    }
}

TEST(Request, WhatIsMadeCanBeParsed) {
    const Json made = make_request("x", read(R"({"a":1})"), Json(7));
    EXPECT_EQ(made.dump(), R"({"execute":"x","arguments":{"a":1},"id":7})");
    EXPECT_TRUE(parse_request(made));
    EXPECT_EQ(make_request("x", Json(), std::nullopt).dump(), R"({"execute":"x"})");
}

TEST(Message, ARequestLineIsThatRequest) {
    for (const char* command : {"x", "a\"b\n", "caf\xE9"}) {
        EXPECT_EQ(request_line(command, Json(), 7),
                  make_request(command, Json(), Json(7)).dump() + "\n");
        const Json arguments = read(R"({"a":1})");
        EXPECT_EQ(request_line(command, arguments, -1),
                  make_request(command, arguments, Json(-1)).dump() + "\n");
    }
}

TEST(Reply, SuccessEchoesTheId) {
    EXPECT_EQ(success_reply(Json(5), std::nullopt).dump(), R"({"return":5})");
    EXPECT_EQ(success_reply(Json::object(), Json()).dump(), R"({"return":{},"id":null})");
}

TEST(Reply, AnErrorHasOneOfTwoClasses) {
    EXPECT_EQ(error_reply({ErrorCode::CommandNotFound, "no"}, Json(1)).dump(),
              R"({"error":{"class":"CommandNotFound","desc":"no"},"id":1})");
    for (const ErrorCode code : {ErrorCode::Generic, ErrorCode::Refused, ErrorCode::Unreachable,
                                 ErrorCode::TimedOut, ErrorCode::Usage})
        EXPECT_EQ(error_reply({code, "no"}, std::nullopt).dump(),
                  R"({"error":{"class":"GenericError","desc":"no"}})");
}

TEST(Reply, ARefusalKeepsItsCodeAndFindingOnTheWay) {
    const Finding finding = {"swap.none", Severity::Block, "/proc/swaps", "add swap"};
    const Result<Json> back = parse_reply(error_reply(refusal("no", finding), Json(3)));
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, ErrorCode::Refused);
    EXPECT_EQ(back.error().message, "no");
    EXPECT_EQ(back.error().data["finding"]["code"], Json("swap.none"));
}

TEST(Reply, IsParsedToItsValueOrItsError) {
    EXPECT_EQ(value_of(parse_reply(read(R"({"return":[1]})"))), "[1]");
    const Result<Json> unknown =
        parse_reply(read(R"({"error":{"class":"CommandNotFound","desc":"what"}})"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::CommandNotFound);
    EXPECT_EQ(unknown.error().message, "what");
}

TEST(Reply, AHostilePeersErrorStillMakesAnError) {
    for (const char* text : {R"({"error":{}})", R"({"error":{"class":5,"desc":[]}})",
                             R"({"error":{"data":{"outcome":7}}})"}) {
        const Result<Json> reply = parse_reply(read(text));
        ASSERT_FALSE(reply) << text;
        EXPECT_EQ(reply.error().code, ErrorCode::Generic) << text;
        EXPECT_FALSE(reply.error().message.empty()) << text;
    }
}

TEST(Reply, WhatIsNoReplyIsAnError) {
    for (const char* text : {"{}", "[]", "5", R"({"error":"x"})", R"({"event":"X"})", "null"})
        EXPECT_FALSE(parse_reply(read(text))) << text;
}

TEST(EventMessage, HasQmpsShape) {
    const Event event = {"HYPNOS_READY", read(R"({"seq":1})"), 1700000000123456};
    EXPECT_EQ(to_json(event).dump(),
              R"({"event":"HYPNOS_READY","data":{"seq":1},)"
              R"("timestamp":{"seconds":1700000000,"microseconds":123456}})");
}

TEST(EventMessage, ComesBackAsItWent) {
    const Event event = {"X", read(R"({"a":[1]})"), 5000007};
    const std::optional<Event> back = parse_event(to_json(event));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->name, event.name);
    EXPECT_EQ(back->data, event.data);
    EXPECT_EQ(back->realtime_us, event.realtime_us);
}

TEST(EventMessage, NeedsAStringForItsName) {
    for (const char* text :
         {"{}", "[]", "null", R"({"event":7})", R"({"event":{}})", R"({"return":1})"})
        EXPECT_FALSE(parse_event(read(text))) << text;
}

TEST(EventMessage, ATimestampThatCannotBeIsNone) {
    for (const char* stamp : {R"({"seconds":-1,"microseconds":-1})",
                              R"({"seconds":9223372036854775807,"microseconds":0})",
                              R"({"seconds":1,"microseconds":1000000})",
                              R"({"seconds":"1","microseconds":0.5})", "{}", "7"}) {
        const std::optional<Event> event =
            parse_event(read(std::string(R"({"event":"X","timestamp":)") + stamp + "}"));
        ASSERT_TRUE(event) << stamp;
        EXPECT_EQ(event->realtime_us, 0) << stamp;
    }
}

}  // namespace
}  // namespace hypnos
