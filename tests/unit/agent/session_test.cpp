// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <vector>

#include "tests/support/main_loop.hpp"
#include "tests/support/peer.hpp"

namespace hypnos::agent {
namespace {

using Kind = Connection::Kind;

const std::string kHello = "{\"return\":\"hello\"}\n";
const std::string kUnknown = "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"what\"}}\n";

std::string request(const std::string& name) { return "{\"execute\":\"" + name + "\"}"; }
std::string event_line(int number) {
    return "{\"event\":\"E" + std::to_string(number) +
           "\",\"data\":{\"seq\":" + std::to_string(number) +
           "},\"timestamp\":{\"seconds\":1,\"microseconds\":0}}\n";
}

/// A session with a few commands of its own:
///   hello      answers "hello"
///   echo       answers its arguments
///   delimited  answers "hello" with 0xFF in front
///   later      answers nothing; answer_later() does
///   slow       the same, and later requests wait for it
///   subscribe  events from now on, or from {"since": N}
class SessionSetup {
  public:
    explicit SessionSetup(Role role, Kind kind = Kind::Stream) : peer(kind) {
        std::signal(SIGPIPE, SIG_IGN);
        session.emplace(
            peer.take_other_end(), kind,
            Session::Deps{.number = 7,
                          .role = role,
                          .events = events,
                          .execute = [this](const Request& r, Session& s,
                                            const Caller& c) { return execute(r, s, c); },
                          .drained = [this] { ++drained; },
                          .ended = [this] { ++ended; }});
        test::run_until_quiet();
    }

    void emit() {
        const auto number = events.last_seq() + 1;
        events.add({"E" + std::to_string(number), Json::object(), 1000000});
        session->send_events();
    }

    void answer_later(const Result<Json>& result) { session->reply(callers.at(0), result); }

    test::Peer peer;
    EventLog events;
    std::vector<Caller> callers;  ///< of later
    int executed = 0;
    int drained = 0;
    int ended = 0;
    std::size_t answer_size = 0;
    std::uintptr_t stack_top = 0;  ///< of all executions
    std::uintptr_t stack_bottom = UINTPTR_MAX;
    std::optional<Session> session;

  private:
    CommandResult execute(const Request& request, Session& asked, const Caller& caller) {
        ++executed;
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        stack_top = std::max(stack_top, here);
        stack_bottom = std::min(stack_bottom, here);
        if (request.execute == "hello") return Json("hello");
        if (request.execute == "echo") return request.arguments;
        if (request.execute == "big") return Json(std::string(answer_size, 'x'));
        if (request.execute == "delimited") return asked.delimit_next_reply(), Json("hello");
        if (request.execute == "later") return callers.push_back(caller), std::nullopt;
        if (request.execute == "slow")
            return asked.hold(caller), callers.push_back(caller), std::nullopt;
        if (request.execute == "unsubscribe") return asked.unsubscribe(), Json("hello");
        if (request.execute == "subscribe")
            return asked.subscribe(request.arguments["since"].integer()), Json("hello");
        return fail(ErrorCode::CommandNotFound, "what");
    }
};

TEST(Session, AnswersInTheOrderOfTheRequests) {
    SessionSetup s(Role::Qemu);
    std::string requests, replies;
    for (int i = 0; i < 2000; ++i) {
        requests += R"({"execute":"echo","arguments":{"n":)" + std::to_string(i) + "}}";
        replies += R"({"return":{"n":)" + std::to_string(i) + "}}\n";
    }
    for (std::size_t at = 0; at < requests.size(); at += 1000)
        s.peer.send(requests.substr(at, 1000));
    EXPECT_TRUE(s.peer.take_lines(2000) == replies);
}

TEST(Session, ASlowRequestIsAnsweredInItsTurn) {
    SessionSetup s(Role::Qemu);
    s.peer.send(request("slow") + request("hello"));
    s.peer.send(request("hello"));
    test::run_until_quiet();
    EXPECT_EQ(s.executed, 1);
    s.answer_later(Json("at last"));
    EXPECT_EQ(s.peer.take_lines(3), "{\"return\":\"at last\"}\n" + kHello + kHello);
}

TEST(Session, APeerThatClosesItsSendingSideGetsTheSlowAnswerAndAllAfterIt) {
    SessionSetup s(Role::Qemu);
    s.peer.send(request("slow") + request("hello"));
    s.peer.close_sending_side();
    test::run_until_quiet();
    EXPECT_EQ(s.ended, 0);
    s.answer_later(Json("at last"));
    EXPECT_EQ(s.peer.take_lines(2), "{\"return\":\"at last\"}\n" + kHello);
}

TEST(Session, ManyRequestsInOnePieceNeedNoMoreStackThanOne) {
    SessionSetup s(Role::Qemu);
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += request("hello");
    s.peer.send(requests);
    (void)s.peer.take_lines(200);
    EXPECT_EQ(s.executed, 200);
    EXPECT_LT(s.stack_top - s.stack_bottom, 4096U);
}

TEST(Session, EchoesTheIdInSuccessAndError) {
    SessionSetup s(Role::Qemu);
    s.peer.send(R"({"execute":"hello","id":{"a":[null]}}{"execute":"no","id":null})");
    EXPECT_EQ(s.peer.take_lines(2),
              "{\"return\":\"hello\",\"id\":{\"a\":[null]}}\n"
              "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"what\"},\"id\":null}\n");
}

TEST(Session, ARequestThatIsNoneGetsItsErrorAndItsId) {
    SessionSetup s(Role::Qemu);
    s.peer.send(R"({"id":3})");
    EXPECT_EQ(
        s.peer.take_lines(1),
        "{\"error\":{\"class\":\"GenericError\",\"desc\":\"QMP input lacks member 'execute'\"},"
        "\"id\":3}\n");
    EXPECT_EQ(s.executed, 0);
}

TEST(Session, AfterGarbageTheNextGoodRequestIsAnswered) {
    SessionSetup s(Role::Qemu);
    s.peer.send("garbage\n" + request("hello"));
    EXPECT_EQ(s.peer.take_lines(2),
              "{\"error\":{\"class\":\"GenericError\",\"desc\":\"JSON parse error, invalid keyword "
              "'garbage'\"}}\n" +
                  kHello);
}

TEST(Session, ADelimitedReplyHasTheMarkOnce) {
    SessionSetup s(Role::Qemu);
    s.peer.send(request("delimited") + request("hello"));
    EXPECT_EQ(s.peer.take_lines(2), "\xFF" + kHello + kHello);
}

TEST(Session, AResetByteIsSilentAndForgetsHalfARequest) {
    SessionSetup s(Role::Qemu);
    s.peer.send("{\"execute\":\"he");
    EXPECT_EQ(s.peer.take_now(), "");
    s.peer.send("\xFF" + request("hello"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
}

TEST(Session, EndsWithItsPeerInTheMiddleOfARequest) {
    SessionSetup s(Role::Qemu);
    s.peer.send("{\"execute\":\"he");
    s.peer.close();
    EXPECT_TRUE(test::run_until([&] { return s.ended == 1; }));
    EXPECT_EQ(s.executed, 0);
}

TEST(Session, TheNextHostDoesNotFinishTheRequestOfTheLast) {
    SessionSetup s(Role::Qemu, Kind::Device);
    s.peer.send("{\"execute\":\"he");
    test::run_until_quiet();
    s.peer.leave();
    test::run_until_quiet();
    s.peer.send("llo\"}\n" + request("hello"));
    const std::string replies = s.peer.take_now();
    EXPECT_EQ(s.executed, 1);
    EXPECT_TRUE(replies.ends_with(kHello)) << replies;
}

TEST(Session, AnswersThatNobodyReadsAreBounded) {
    SessionSetup s(Role::Qemu);
    s.answer_size = 65536;
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += request("big");
    s.peer.send(requests);
    test::run_until_quiet();
    // A socket's buffer and the session's own: well below 2 MiB of the 13 MiB asked for.
    EXPECT_LT(s.executed, 32);
    EXPECT_TRUE(test::run_until([&] {
        s.peer.read();
        return s.peer.received().size() >= 200 * s.answer_size;
    }));
    EXPECT_EQ(s.executed, 200);
}

// Events.

TEST(SessionEvents, FlowOnThePowerPortFromTheStart) {
    SessionSetup s(Role::Power);
    s.emit();
    s.emit();
    EXPECT_EQ(s.peer.take_lines(2), event_line(1) + event_line(2));
}

TEST(SessionEvents, DoNotFlowOnTheQemuPortUnlessAskedFor) {
    SessionSetup s(Role::Qemu);
    s.emit();
    s.peer.send(request("hello"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
    s.peer.send(request("subscribe"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
    s.emit();
    EXPECT_EQ(s.peer.take_lines(1), event_line(2));
}

TEST(SessionEvents, AreOnlyTheNewOnesUnlessSinceIsGiven) {
    SessionSetup s(Role::Power);
    for (int i = 0; i < 4; ++i) s.emit();
    (void)s.peer.take_lines(4);
    s.peer.send(R"({"execute":"subscribe","arguments":{"since":2}})");
    EXPECT_EQ(s.peer.take_lines(3), kHello + event_line(3) + event_line(4));
    s.peer.send(request("subscribe"));
    EXPECT_EQ(s.peer.take_now(), kHello);
}

TEST(SessionEvents, AreTheReplysFollowers) {
    SessionSetup s(Role::Qemu);
    s.emit();
    s.peer.send(R"({"execute":"subscribe","arguments":{"since":0}})" + request("hello"));
    const std::string all = s.peer.take_lines(3);
    EXPECT_TRUE(all.starts_with(kHello)) << all;
    EXPECT_NE(all.find(event_line(1)), std::string::npos) << all;
}

TEST(SessionEvents, StopOnUnsubscribe) {
    SessionSetup s(Role::Power);
    s.peer.send(request("unsubscribe"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
    s.emit();
    EXPECT_EQ(s.peer.take_now(), "");
}

TEST(SessionEvents, NeverStandBetweenADelimitedReplyAndTheNextOneOnTheQemuPort) {
    SessionSetup s(Role::Qemu);
    s.peer.send(request("subscribe") + request("delimited"));
    EXPECT_EQ(s.peer.take_lines(2), kHello + "\xFF" + kHello);
    s.emit();
    EXPECT_EQ(s.peer.take_now(), "");
    s.peer.send(request("hello"));
    EXPECT_EQ(s.peer.take_lines(2), kHello + event_line(1));
}

TEST(SessionEvents, AreNotHeldOnThePowerPort) {
    SessionSetup s(Role::Power);
    s.peer.send(request("delimited"));
    EXPECT_EQ(s.peer.take_lines(1), "\xFF" + kHello);
    s.emit();
    EXPECT_EQ(s.peer.take_lines(1), event_line(1));
}

TEST(SessionEvents, AllComeInOrderToASlowReader) {
    SessionSetup s(Role::Power);
    const int many = 5000;
    std::string expected;
    int emitted = 0;
    while (emitted < many) {
        // No more at once than the log keeps.
        for (int i = 0; i < 32; ++i) expected += event_line(++emitted), s.emit();
        test::run_until_quiet();
        s.peer.read();
    }
    EXPECT_TRUE(test::run_until([&] {
        s.peer.read();
        return s.peer.received().size() >= expected.size();
    }));
    EXPECT_TRUE(s.peer.received() == expected);
}

TEST(SessionEvents, ThatHaveNotLeftWaitForTheNextHostAndNoneComesTwice) {
    SessionSetup s(Role::Power, Kind::Device);
    const int count = 60;
    std::string expected;
    for (int i = 1; i <= count; ++i) expected += event_line(i), s.emit();
    ASSERT_TRUE(s.session->output_pending());
    s.peer.leave();
    test::run_until_quiet();
    s.peer.read();
    const std::string first = s.peer.take();
    ASSERT_LT(first.size(), expected.size());
    s.peer.send(" ");
    EXPECT_TRUE(test::run_until([&] {
        s.peer.read();
        return first.size() + s.peer.received().size() >= expected.size();
    }));
    EXPECT_EQ(first + s.peer.received(), expected);
}

TEST(SessionEvents, OfASubscriptionOnTheQemuPortEndWithTheHostThatAskedForIt) {
    SessionSetup s(Role::Qemu, Kind::Device);
    s.peer.send(request("subscribe"));
    (void)s.peer.take_lines(1);
    s.peer.leave();
    test::run_until_quiet();
    s.peer.send(" ");
    test::run_until_quiet();
    s.emit();
    EXPECT_EQ(s.peer.take_now(), "");
}

TEST(SessionEvents, ASubscriptionFromEarlierOnSkipsNothingWhileAnEventIsLeaving) {
    SessionSetup s(Role::Power, Kind::Device);
    const int count = 40;
    for (int i = 0; i < count; ++i) s.emit();
    ASSERT_TRUE(s.session->output_pending());
    s.session->subscribe(0);
    (void)test::run_until([&] {
        s.peer.read();
        return !s.session->output_pending();
    });
    test::run_until_quiet();
    std::string all;
    for (std::string more; !(more = s.peer.take_now()).empty();) all += more;
    std::string from_start;
    for (int i = 1; i <= count; ++i) from_start += event_line(i);
    EXPECT_TRUE(all.ends_with(from_start)) << all;
}

// Late replies.

TEST(SessionLateReply, ComesAfterThoseToLaterRequests) {
    SessionSetup s(Role::Qemu);
    s.peer.send(R"({"execute":"later","id":5})" + request("hello"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
    s.answer_later(Json("at last"));
    EXPECT_EQ(s.peer.take_lines(1), "{\"return\":\"at last\",\"id\":5}\n");
}

TEST(SessionLateReply, WithoutIdIsSentWhileNothingElseWasAnswered) {
    SessionSetup s(Role::Qemu);
    s.peer.send(request("later"));
    test::run_until_quiet();
    s.answer_later(fail(ErrorCode::CommandNotFound, "what"));
    EXPECT_EQ(s.peer.take_lines(1), kUnknown);
}

TEST(SessionLateReply, WithoutIdIsNotSentOnceSomethingElseWasAnswered) {
    for (const char* other : {R"({"execute":"hello"})", R"({"execute":"bogus"})", R"({"bogus":1})",
                              "[]", "garbage ", "}", "# "}) {
        SessionSetup s(Role::Qemu);
        s.peer.send(request("later") + other);
        (void)s.peer.take_lines(1);
        s.answer_later(fail(ErrorCode::CommandNotFound, "what"));
        EXPECT_EQ(s.peer.take_now(), "") << other;
    }
}

TEST(SessionLateReply, IsNotForAnotherHost) {
    SessionSetup s(Role::Qemu, Kind::Device);
    s.peer.send(R"({"execute":"later","id":5})");
    test::run_until_quiet();
    s.peer.leave();
    test::run_until_quiet();
    s.peer.send(" ");
    test::run_until_quiet();
    s.answer_later(Json("at last"));
    EXPECT_EQ(s.peer.take_now(), "");
    s.peer.send(request("hello"));
    EXPECT_EQ(s.peer.take_lines(1), kHello);
}

TEST(SessionLateReply, ReachesAPeerThatHasClosedItsSendingSide) {
    SessionSetup s(Role::Qemu);
    s.peer.send(R"({"execute":"later","id":5})");
    s.peer.close_sending_side();
    test::run_until_quiet();
    s.answer_later(Json("at last"));
    EXPECT_EQ(s.peer.take_now(), "{\"return\":\"at last\",\"id\":5}\n");
}

}  // namespace
}  // namespace hypnos::agent
