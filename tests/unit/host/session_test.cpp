// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/session.hpp"

#include "fake_peer.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

class SessionTest : public HostTest {
  protected:
    Result<void> open(Session& session, std::chrono::milliseconds limit = 5s) {
        return run<Result<void>>(context.get(), [&](auto done) { session.open(limit, done); });
    }
    Result<Json> call(Session& session, const std::string& command,
                      std::chrono::milliseconds limit = 5s) {
        return run<Result<Json>>(context.get(),
                                 [&](auto done) { session.call(command, {}, limit, done); });
    }

    std::string path = dir.file("peer");
};

TEST_F(SessionTest, NobodyListens) {
    AgentSession session(context.get(), path);
    const auto opened = open(session);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, opened.error().message, path);
    EXPECT_FALSE(session.is_connected());
    EXPECT_EQ(call(session, "guest-ping").error().code, ErrorCode::Unreachable);
}

TEST_F(SessionTest, APathThatIsTooLongIsAnError) {
    AgentSession session(context.get(), std::string(300, 'x'));
    EXPECT_EQ(open(session).error().code, ErrorCode::Unreachable);
}

TEST_F(SessionTest, ASilentPeerIsUnreachable) {
    FakePeer held(context.get(), path);
    AgentSession session(context.get(), path);
    const auto opened = open(session, 30ms);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, opened.error().message, "another client");
    EXPECT_TRUE(session.is_connected());
    EXPECT_FALSE(session.is_open());
}

TEST_F(SessionTest, WhatAnAgentSaidBeforeTheSyncIsIgnored) {
    FakeAgent agent(context.get(), path);
    agent.on_connect = [&] {
        agent.send_bytes(
            "half an old reply\"}{\"return\": 7}\n{\"error\": {\"class\": \"X\"}}{\"return\": ");
    };
    agent.returns("guest-ping", "pong");
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    EXPECT_EQ(call(session, "guest-ping").value().dump(), "\"pong\"");
}

TEST_F(SessionTest, EventsCountBeforeTheSyncToo) {
    FakePeer agent(context.get(), path);
    agent.on_connect = [&] { agent.send(to_json(Event{"HYPNOS_RESUMED", Json::object(), 0})); };
    AgentSession session(context.get(), path);
    std::string seen;
    session.on_event([&](const Event& event) { seen = event.name; });
    session.open(5s, [](const Result<void>&) {});
    iterate_until([&] { return seen == "HYPNOS_RESUMED"; });
}

TEST_F(SessionTest, AsksAgainUntilTheGuestAnswers) {
    FakeAgent agent(context.get(), path);
    const auto answer = agent.answers["guest-sync-delimited"];
    agent.answers["guest-sync-delimited"] =
        [&](const Json& arguments) -> std::optional<Result<Json>> {
        if (agent.count("guest-sync-delimited") < 3) return std::nullopt;
        return answer(arguments);
    };
    AgentSession session(context.get(), path);
    EXPECT_TRUE(open(session));
    EXPECT_GE(agent.count("guest-sync-delimited"), 3);
}

TEST_F(SessionTest, AWrongNumberIsNoAnswer) {
    FakeAgent agent(context.get(), path);
    agent.returns("guest-sync-delimited", 1);
    AgentSession session(context.get(), path);
    EXPECT_FALSE(open(session, 60ms));
}

TEST_F(SessionTest, AnOpenSessionIsSynchronisedAnew) {
    FakeAgent agent(context.get(), path);
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    const int before = agent.count("guest-sync-delimited");
    ASSERT_TRUE(open(session));
    EXPECT_GT(agent.count("guest-sync-delimited"), before);
}

TEST_F(SessionTest, RepliesAreMatchedByNumber) {
    FakePeer agent(context.get(), path);
    std::vector<Json> requests;
    agent.on_message = [&](const Json& message) {
        if (message["execute"] == Json("guest-sync-delimited"))
            return agent.send(success_reply(message["arguments"]["id"], {}));
        requests.push_back(message);
        if (requests.size() < 2) return;
        agent.send(success_reply("nobody's", Json(5)));
        agent.send(success_reply("no number", {}));
        agent.send(success_reply("second", requests[1]["id"]));
        agent.send(success_reply("first", requests[0]["id"]));
    };
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    std::vector<std::string> got;
    const auto note = [&](const Result<Json>& reply) { got.push_back(reply.value().dump()); };
    session.call("a", {}, 5s, note);
    session.call("b", {}, 5s, note);
    iterate_until([&] { return got.size() == 2; });
    EXPECT_EQ(got, (std::vector<std::string>{"\"second\"", "\"first\""}));
}

TEST_F(SessionTest, ALateReplyIsDropped) {
    FakePeer agent(context.get(), path);
    Json late;
    agent.on_message = [&](const Json& message) {
        if (message["execute"] == Json("guest-sync-delimited"))
            return agent.send(success_reply(message["arguments"]["id"], {}));
        if (message["execute"] == Json("slow")) {
            late = message["id"];
            return;
        }
        agent.send(success_reply("late", late));
        agent.send(success_reply("in time", message["id"]));
    };
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    EXPECT_EQ(call(session, "slow", 10ms).error().code, ErrorCode::TimedOut);
    EXPECT_EQ(call(session, "quick").value().dump(), "\"in time\"");
}

TEST_F(SessionTest, TheErrorOfAReplyArrives) {
    FakeAgent agent(context.get(), path);
    agent.fails("hypnos-suspend", refusal("a hook said no"));
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    const auto reply = call(session, "hypnos-suspend");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::Refused);
    EXPECT_EQ(reply.error().message, "a hook said no");
}

TEST_F(SessionTest, TheEndOfTheConnectionFailsWhatIsPending) {
    FakeAgent agent(context.get(), path);
    agent.answers["doom"] = [&](const Json&) {
        agent.hang_up();
        return std::nullopt;
    };
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    bool closed = false;
    session.on_closed([&](const Error&) { closed = true; });
    EXPECT_EQ(call(session, "doom").error().code, ErrorCode::Unreachable);
    EXPECT_TRUE(closed);
    EXPECT_FALSE(session.is_connected());
    EXPECT_TRUE(open(session)) << "and it connects again";
}

TEST_F(SessionTest, GarbageAndDeepJsonDoNotStopTheNextReply) {
    FakeAgent agent(context.get(), path);
    agent.answers["guest-ping"] = [&](const Json&) {
        agent.send_bytes(std::string(30000, '[') + "\n" + std::string(30000, 'x') + "\n");
        return Result<Json>("pong");
    };
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    EXPECT_TRUE(call(session, "guest-ping"));
}

TEST_F(SessionTest, MayBeDestroyedByACallback) {
    FakeAgent agent(context.get(), path);
    agent.returns("guest-ping", Json::object());
    auto session = std::make_unique<AgentSession>(context.get(), path);
    bool pong = false;
    session->open(5s, [&](const Result<void>&) {
        session->call("guest-ping", {}, 5s, [&](const Result<Json>&) {
            session.reset();
            pong = true;
        });
    });
    iterate_until([&] { return pong; });
    EXPECT_FALSE(session);
}

TEST_F(SessionTest, AbandonedCallsNeverCallBack) {
    FakeAgent agent(context.get(), path);
    agent.returns("guest-ping", Json::object());
    AgentSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    bool called = false;
    session.call("guest-ping", {}, 5s, [&](const Result<Json>&) { called = true; });
    session.abandon();
    EXPECT_TRUE(call(session, "guest-ping"));
    EXPECT_FALSE(called);
}

TEST_F(SessionTest, QmpGreetsNegotiatesAndReportsEvents) {
    FakeQemu qemu(context.get(), path);
    QmpSession session(context.get(), path);
    ASSERT_TRUE(open(session));
    EXPECT_EQ(qemu.count("qmp_capabilities"), 1);
    EXPECT_EQ(call(session, "query-status").value()["status"], Json("running"));
    ASSERT_TRUE(open(session)) << "open already";
    EXPECT_EQ(qemu.count("qmp_capabilities"), 1);
    std::int64_t stamp = 0;
    session.on_event([&](const Event& event) { stamp = event.realtime_us; });
    qemu.event("SUSPEND");
    iterate_until([&] { return stamp > 0; });
}

TEST_F(SessionTest, AMonitorHeldByAnotherDoesNotGreet) {
    FakePeer held(context.get(), path);
    QmpSession session(context.get(), path);
    const auto opened = open(session, 20ms);
    ASSERT_FALSE(opened);
    EXPECT_PRED2(contains, opened.error().message, "another client");
    EXPECT_FALSE(session.is_connected());
    held.on_connect = [&] { held.send(Json::object({{"QMP", Json::object()}})); };
    held.on_message = [&](const Json& message) {
        held.send(success_reply(Json::object(), message["id"]));
    };
    EXPECT_TRUE(open(session)) << "once the other has left";
}

}  // namespace
}  // namespace hypnos::test
