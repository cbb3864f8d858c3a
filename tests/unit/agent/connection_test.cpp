// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/port/connection.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>

#include "tests/support/main_loop.hpp"
#include "tests/support/peer.hpp"

namespace hypnos::agent {
namespace {

using test::run_until;

/// A connection, its peer, and what the handlers were told.
struct Setup {
    explicit Setup(Connection::Kind kind) : Setup(kind, kind) {}

    Setup(Connection::Kind kind, Connection::Kind peer_kind) : peer(peer_kind) {
        std::signal(SIGPIPE, SIG_IGN);
        connection.emplace(peer.take_other_end(), kind,
                           Connection::Handlers{.received =
                                                    [this](std::string_view bytes) {
                                                        received += bytes;
                                                        if (on_received) on_received(bytes);
                                                    },
                                                .drained = [this] { ++drained; },
                                                .detached = [this] { ++detached; },
                                                .ended = [this] { ++ended; }});
    }

    bool attach() {
        return run_until([this] { return connection->attached(); });
    }

    test::Peer peer;
    std::string received;
    int drained = 0;
    int detached = 0;
    int ended = 0;
    std::function<void(std::string_view)> on_received;
    std::optional<Connection> connection;
};

struct Stream : Setup {
    Stream() : Setup(Connection::Kind::Stream) {}
};

struct Device : Setup {
    Device() : Setup(Connection::Kind::Device) {}
};

/// A stream can say that nobody is there and still have bytes, as a port can.
struct DeviceThatHangsUp : Setup {
    DeviceThatHangsUp() : Setup(Connection::Kind::Device, Connection::Kind::Stream) {}
};

TEST(ConnectionOnStream, ReceivesWhatThePeerSends) {
    Stream s;
    s.peer.send("hello");
    EXPECT_TRUE(run_until([&] { return s.received == "hello"; }));
}

TEST(ConnectionOnStream, SendsAtOnceWhatThereIsRoomFor) {
    Stream s;
    ASSERT_TRUE(s.attach());
    s.connection->send("hello\n");
    EXPECT_FALSE(s.connection->output_pending());
    EXPECT_EQ(s.peer.take_lines(1), "hello\n");
}

TEST(ConnectionOnStream, TellsThatAllHasLeft) {
    Stream s;
    ASSERT_TRUE(s.attach());
    const int before = s.drained;
    s.connection->send("x");
    EXPECT_EQ(s.drained, before + 1);
}

TEST(ConnectionOnStream, SendsTheRestWhenThereIsRoom) {
    Stream s;
    ASSERT_TRUE(s.attach());
    std::string sent;
    for (int i = 0; i < 200000; ++i) sent += std::to_string(i) + ",";
    const int before = s.drained;
    s.connection->send(sent);
    EXPECT_TRUE(s.connection->output_pending());
    EXPECT_EQ(s.drained, before);
    EXPECT_TRUE(run_until([&] {
        s.peer.read();
        return s.peer.received().size() == sent.size();
    }));
    EXPECT_TRUE(s.peer.received() == sent);
    EXPECT_FALSE(s.connection->output_pending());
    EXPECT_EQ(s.drained, before + 1);
}

TEST(ConnectionOnStream, EndsOnceWithItsPeer) {
    Stream s;
    ASSERT_TRUE(s.attach());
    s.peer.close();
    EXPECT_TRUE(run_until([&] { return s.ended > 0; }));
    test::run_until_quiet();
    EXPECT_EQ(s.ended, 1);
    EXPECT_FALSE(s.connection->attached());
}

TEST(ConnectionOnStream, TellsItsEndFromTheLoopAndNotFromSend) {
    Stream s;
    ASSERT_TRUE(s.attach());
    s.peer.close();
    s.connection->send("into the void");
    s.connection->send("and more");
    EXPECT_EQ(s.ended, 0);
    EXPECT_TRUE(run_until([&] { return s.ended == 1; }));
}

TEST(ConnectionOnStream, MayBeDestroyedByTheHandlerOfItsEnd) {
    test::Peer peer(Connection::Kind::Stream);
    std::optional<Connection> connection;
    connection.emplace(peer.take_other_end(), Connection::Kind::Stream,
                       Connection::Handlers{.received = [](std::string_view) {},
                                            .drained = [] {},
                                            .detached = [] {},
                                            .ended = [&] { connection.reset(); }});
    peer.close();
    EXPECT_TRUE(run_until([&] { return !connection; }));
}

TEST(ConnectionOnStream, ReceivesWhatAPeerLeftBehind) {
    Stream s;
    s.peer.send("last words");
    s.peer.close();
    EXPECT_TRUE(run_until([&] { return s.ended == 1; }));
    EXPECT_EQ(s.received, "last words");
}

TEST(ConnectionOnStream, AnswersAPeerThatHasClosedItsSendingSide) {
    Stream s;
    const std::string answer(1000000, 'x');
    s.on_received = [&](std::string_view) { s.connection->send(answer); };
    s.peer.send("question");
    s.peer.close_sending_side();
    EXPECT_TRUE(run_until([&] {
        s.peer.read();
        return s.peer.received().size() == answer.size();
    }));
    EXPECT_TRUE(run_until([&] { return s.ended == 1; }));
}

TEST(ConnectionOnStream, AFloodDoesNotKeepOthersWaiting) {
    Stream s;
    ASSERT_TRUE(s.attach());
    while (s.peer.send(std::string(4096, 'x'))) {
    }
    std::size_t received_at_turn = 0;
    const glib::Source other = glib::soon(nullptr, [&] { received_at_turn = s.received.size(); });
    EXPECT_TRUE(run_until([&] { return s.received.size() > 150000; }));
    EXPECT_LE(received_at_turn, 32U * 4096U);
}

TEST(ConnectionOnStream, APeerThatDoesNotReadIsNotReadFrom) {
    Stream s;
    s.on_received = [&](std::string_view) { s.connection->send(std::string(65536, 'x')); };
    for (int i = 0; i < 50; ++i) {
        s.peer.send(std::string(4096, 'x'));
        test::run_until_quiet();
    }
    const std::size_t taken = s.received.size();
    EXPECT_LT(taken, 15U * 4096U);
    EXPECT_TRUE(run_until([&] {
        s.peer.read();
        return s.received.size() == 50U * 4096U;
    }));
}

TEST(ConnectionOnStream, AnEndThatComesWithTheLastReadOfATurnIsTold) {
    // Reads in one turn are limited; the answer to the last of them finds the peer gone.
    for (const std::size_t chunks : {31U, 32U, 33U}) {
        Stream s;
        std::size_t reads = 0;
        s.on_received = [&](std::string_view) {
            if (++reads == chunks) s.connection->send("answer");
        };
        ASSERT_TRUE(s.attach());
        for (std::size_t i = 0; i < chunks + 8; ++i)
            ASSERT_TRUE(s.peer.send(std::string(4096, ' ')));
        s.peer.close();
        EXPECT_TRUE(run_until([&] { return s.ended > 0; }, std::chrono::milliseconds(500)))
            << chunks;
        EXPECT_EQ(s.ended, 1) << chunks;
    }
}

TEST(ConnectionOnDevice, WaitsForTheNextHost) {
    Device d;
    d.peer.send("one");
    ASSERT_TRUE(run_until([&] { return d.received == "one"; }));
    d.peer.leave();
    ASSERT_TRUE(run_until([&] { return d.detached == 1; }));
    EXPECT_FALSE(d.connection->attached());
    d.peer.send("two");
    EXPECT_TRUE(run_until([&] { return d.received == "onetwo"; }));
    EXPECT_TRUE(d.connection->attached());
    EXPECT_EQ(d.ended, 0);
}

TEST(ConnectionOnDevice, WithoutAHostOutputIsDropped) {
    Device d;
    ASSERT_TRUE(d.attach());
    d.peer.leave();
    ASSERT_TRUE(run_until([&] { return d.detached == 1; }));
    d.connection->send("for nobody\n");
    EXPECT_FALSE(d.connection->output_pending());
    d.peer.send("x");
    ASSERT_TRUE(run_until([&] { return d.received == "x"; }));
    d.connection->send("for you\n");
    EXPECT_EQ(d.peer.take_lines(1), "for you\n");
}

TEST(ConnectionOnDevice, WhatTheLastHostDidNotTakeIsNotForTheNext) {
    Device d;
    ASSERT_TRUE(d.attach());
    int sent = 0;
    while (!d.connection->output_pending() && sent < 100000) {
        d.connection->send("old\n");
        ++sent;
    }
    ASSERT_TRUE(d.connection->output_pending());
    d.peer.leave();
    ASSERT_TRUE(run_until([&] { return d.detached == 1; }));
    EXPECT_FALSE(d.connection->output_pending());
    d.peer.read();
    (void)d.peer.take();
    d.peer.send("x");
    ASSERT_TRUE(run_until([&] { return d.received == "x"; }));
    d.connection->send("new\n");
    EXPECT_EQ(d.peer.take_lines(1), "new\n");
}

TEST(ConnectionOnDevice, BytesAfterAHangUpAreOfTheNextHostWhoGetsItsAnswer) {
    DeviceThatHangsUp d;
    ASSERT_TRUE(d.attach());
    d.on_received = [&](std::string_view) {
        EXPECT_EQ(d.detached, 1);
        d.connection->send("answer");
    };
    d.peer.send("question");
    d.peer.close();
    EXPECT_TRUE(run_until([&] { return d.received == "question"; }));
    EXPECT_TRUE(d.connection->output_pending());
    EXPECT_EQ(d.detached, 1);
}

TEST(ConnectionOnDevice, AHostThatLeavesTwiceIsToldOnce) {
    Device d;
    ASSERT_TRUE(d.attach());
    d.peer.leave();
    ASSERT_TRUE(run_until([&] { return d.detached == 1; }));
    d.connection->look();
    test::run_until_quiet();
    EXPECT_EQ(d.detached, 1);
}

TEST(Connection, IsSilentWhileNothingHappens) {
    Stream s;
    ASSERT_TRUE(s.attach());
    test::run_until_quiet();
    EXPECT_FALSE(g_main_context_pending(nullptr));
}

}  // namespace
}  // namespace hypnos::agent
