// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the transport over libvirt is made of, without a domain.

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <thread>

#include "fake_peer.hpp"
#include "libvirt/agent_words.hpp"
#include "libvirt/calls.hpp"
#include "libvirt/event_loop.hpp"
#include "libvirt/socket_pair.hpp"
#include "libvirt/words.hpp"

namespace hypnos::libvirt::test {
namespace {

using namespace std::chrono_literals;
using hypnos::test::HostTest;

constexpr auto kPatience = 10s;

TEST(LibvirtWords, AreQmps) {
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_PMSUSPENDED, VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY),
              "SUSPEND");
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_PMSUSPENDED, VIR_DOMAIN_EVENT_PMSUSPENDED_DISK),
              "SUSPEND_DISK");
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_WAKEUP), "WAKEUP");
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED), "STARTED");
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_SHUTDOWN, 0), "SHUTDOWN");
    EXPECT_EQ(event_word(VIR_DOMAIN_EVENT_DEFINED, 0), std::nullopt);
    EXPECT_EQ(state_word(VIR_DOMAIN_RUNNING, 0), "running");
    EXPECT_EQ(state_word(VIR_DOMAIN_PMSUSPENDED, 0), "suspended");
    EXPECT_EQ(state_word(VIR_DOMAIN_SHUTOFF, 0), "off");
    EXPECT_EQ(state_word(VIR_DOMAIN_PAUSED, 0), "paused");
    EXPECT_EQ(state_word(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_SHUTTING_DOWN), "shutdown");
    EXPECT_EQ(state_word(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP), "prelaunch");
    EXPECT_EQ(state_word(99, 0), "unknown");
}

std::optional<Error> from_libvirt(const std::string& command, const std::string& desc) {
    return agent_error(
        command, "internal error: unable to execute QEMU agent command '" + command + "': " + desc);
}

TEST(LibvirtAgentWords, AnAgentsErrorIsTakenOutOfLibvirts) {
    const auto unknown = from_libvirt("hypnos-x", "The command hypnos-x has not been found");
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->code, ErrorCode::CommandNotFound);
    EXPECT_EQ(unknown->message, "The command hypnos-x has not been found");
    EXPECT_EQ(from_libvirt("guest-file-open", "it's 'there': no")->message, "it's 'there': no");
}

TEST(LibvirtAgentWords, AnErrorOfASuspendIsARefusalAlsoOnTheWire) {
    const auto refused = from_libvirt("hypnos-suspend", "cannot suspend (swap.none, ): no swap");
    ASSERT_TRUE(refused);
    const auto heard = parse_reply(error_reply(*refused, {}));
    EXPECT_EQ(heard.error().code, ErrorCode::Refused);
    EXPECT_EQ(from_libvirt("guest-suspend-ram", "no")->code, ErrorCode::Generic);
}

TEST(LibvirtAgentWords, WhatLibvirtSaysItselfIsNoAnswer) {
    EXPECT_FALSE(agent_error("guest-ping", "Guest agent is not responding: not connected"));
    EXPECT_FALSE(agent_error("guest-ping", "operation invalid: domain is not running"));
}

TEST(LibvirtAgentWords, HooksGetTheirTime) {
    const auto seconds = [](const Json& deadline) {
        return seconds_for({"hypnos-suspend", Json::object({{"deadline-ms", deadline}})});
    };
    EXPECT_EQ(seconds_for({"guest-ping", Json::object()}), 30);
    EXPECT_EQ(seconds(60000), 90);
    EXPECT_EQ(seconds(-5), 30);
    EXPECT_EQ(seconds("60000"), 30);
    EXPECT_EQ(seconds(INT64_MAX), 1230);
}

TEST(LibvirtThreads, RunNoMoreThanAllowedAtOnce) {
    Threads threads(2);
    std::promise<void> gate;
    const std::shared_future<void> open = gate.get_future().share();
    std::atomic<int> now = 0, most = 0, done = 0;
    std::promise<void> all;
    for (int i = 0; i < 6; ++i) {
        threads.run([&, open] {
            const int running = ++now;
            for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
            }
            open.wait();
            --now;
            if (++done == 6) all.set_value();
        });
    }
    gate.set_value();
    ASSERT_EQ(all.get_future().wait_for(kPatience), std::future_status::ready);
    EXPECT_LE(most, 2);
}

class LibvirtInbox : public HostTest {
  protected:
    std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(context.get());
};

TEST_F(LibvirtInbox, KeepsTheOrderOfEachThread) {
    std::array<std::vector<int>, 2> got;
    const auto send = [&](std::size_t who) {
        for (int i = 0; i < 500; ++i) inbox->post([&got, who, i] { got[who].push_back(i); });
    };
    std::thread one([&] { send(0); });
    std::thread two([&] { send(1); });
    iterate_until([&] { return got[0].size() == 500 && got[1].size() == 500; });
    one.join();
    two.join();
    for (const auto& numbers : got) EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_F(LibvirtInbox, DeliversNothingOnceClosed) {
    bool second = false, after = false;
    inbox->post([&] { inbox->close(); });
    inbox->post([&] { second = true; });
    glib::Source end = glib::soon(context.get(), [&] { after = true; });
    iterate_until([&] { return after; });
    inbox->post([&] { second = true; });
    while (g_main_context_iteration(context.get(), FALSE) == TRUE) {
    }
    EXPECT_FALSE(second);
}

class LibvirtCalls : public HostTest {
  protected:
    static Calls::Limit within(std::chrono::milliseconds time) { return {time, "too late"}; }

    std::shared_ptr<Connection> connection = Connection::of("test:///default");
    std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(context.get());
    std::optional<Calls> calls{std::in_place, inbox, connection};

    void SetUp() override { start_events(); }
};

TEST_F(LibvirtCalls, ArePutOnAThreadAndAnsweredOnTheContext) {
    std::thread::id asked, answered;
    calls->ask<int>(
        [&] {
            asked = std::this_thread::get_id();
            return 5;
        },
        [&](const Result<int>& five) {
            EXPECT_EQ(five, 5);
            answered = std::this_thread::get_id();
        });
    iterate_until([&] { return answered != std::thread::id(); });
    EXPECT_EQ(answered, std::this_thread::get_id());
    EXPECT_NE(asked, answered);
}

TEST_F(LibvirtCalls, EndByTheirLimitAndNeverAgain) {
    auto gate = std::make_shared<std::promise<void>>();
    int answers = 0, last = 0;
    const auto count = [&](const Result<int>& answer) {
        ++answers;
        EXPECT_EQ(answer.error().code, ErrorCode::TimedOut);
        EXPECT_EQ(answer.error().message, "too late");
    };
    const auto slow = [gate, open = gate->get_future().share()] {
        open.wait();
        return 1;
    };
    calls->ask<int>(slow, count, within(20ms));
    iterate_until([&] { return answers == 1; });
    gate->set_value();
    calls->ask<int>([] { return 2; }, [&](const Result<int>& two) { last = *two; });
    iterate_until([&] { return last == 2; });
    EXPECT_EQ(answers, 1);
}

TEST_F(LibvirtCalls, ThatWaitForAThreadAreNotBegunOnceAbandoned) {
    auto gate = std::make_shared<std::promise<void>>();
    const auto open = gate->get_future().share();
    const auto begun = std::make_shared<std::atomic<int>>(0);
    for (int i = 0; i < 8; ++i) {
        calls->ask<int>(
            [open, begun] {
                ++*begun;
                open.wait();
                return 1;
            },
            [](const Result<int>&) { ADD_FAILURE() << "answered"; });
    }
    calls.reset();
    gate->set_value();
    int last = 0;
    calls.emplace(inbox, connection);
    calls->ask<int>([] { return 2; }, [&](const Result<int>& two) { last = *two; });
    iterate_until([&] { return last == 2; });
    EXPECT_LE(*begun, 2);
}

TEST_F(LibvirtCalls, MayBeDestroyedByAnAnswer) {
    int told = 0;
    const auto answer = [&](const Result<int>&) {
        calls.reset();
        ++told;
    };
    calls->ask<int>([] { return 1; }, answer);
    calls->ask<int>([] { return 2; }, answer);
    iterate_until([&] { return told > 0; });
    int last = 0;
    calls.emplace(inbox, connection);
    calls->ask<int>([] { return 3; }, [&](const Result<int>& three) { last = *three; });
    iterate_until([&] { return last == 3; });
    EXPECT_EQ(told, 1);
}

/// A loop of its own: what libvirt would do with it.
class LibvirtEventLoop : public testing::Test {
  protected:
    struct Seen {
        std::promise<int> events;
        std::promise<void> freed;
    };

    // It runs for ever, as in the product.
    static EventLoop& loop() {
        static EventLoop* const instance = [] {
            auto* made = new EventLoop;
            std::thread([made] { made->run(); }).detach();
            return made;
        }();
        return *instance;
    }
    static void freed(void* opaque) { static_cast<Seen*>(opaque)->freed.set_value(); }
    static bool comes(std::future<void> what) {
        return what.wait_for(kPatience) == std::future_status::ready;
    }

    Seen seen;
    Result<SocketPair> sockets = socket_pair(Server::DoesNotBlock);
};

TEST_F(LibvirtEventLoop, TellsWhatAHandleIsReadyForAndFreesItFromTheLoop) {
    const auto note = [](int id, int, int events, void* opaque) {
        loop().remove_handle(id);
        static_cast<Seen*>(opaque)->events.set_value(events);
    };
    loop().add_handle(sockets->server.get(), VIR_EVENT_HANDLE_READABLE, note, &seen, freed);
    ASSERT_EQ(send(sockets->user.get(), "x", 1, 0), 1);
    EXPECT_EQ(seen.events.get_future().get(), VIR_EVENT_HANDLE_READABLE);
    EXPECT_TRUE(comes(seen.freed.get_future()));
}

TEST_F(LibvirtEventLoop, TellsOfTheOtherSidesEndUnasked) {
    const auto note = [](int id, int, int events, void* opaque) {
        loop().remove_handle(id);
        static_cast<Seen*>(opaque)->events.set_value(events);
    };
    loop().add_handle(sockets->server.get(), VIR_EVENT_HANDLE_READABLE, note, &seen, freed);
    sockets->user = UniqueFd();
    EXPECT_TRUE(seen.events.get_future().get() & VIR_EVENT_HANDLE_HANGUP);
    EXPECT_TRUE(comes(seen.freed.get_future()));
}

TEST_F(LibvirtEventLoop, AHandleThatWantsNothingRestsUntilItWantsSomething) {
    const auto note = [](int id, int, int events, void* opaque) {
        loop().remove_handle(id);
        static_cast<Seen*>(opaque)->events.set_value(events);
    };
    const int id = loop().add_handle(sockets->server.get(), 0, note, &seen, freed);
    ASSERT_EQ(send(sockets->user.get(), "x", 1, 0), 1);
    loop().update_handle(id, VIR_EVENT_HANDLE_WRITABLE);
    EXPECT_EQ(seen.events.get_future().get(), VIR_EVENT_HANDLE_WRITABLE);
    EXPECT_TRUE(comes(seen.freed.get_future()));
}

TEST_F(LibvirtEventLoop, ATimeoutRepeatsUntilItIsRemoved) {
    struct Ticks : Seen {
        int left = 3;
    } ticks;
    const auto tick = [](int id, void* opaque) {
        auto& all = *static_cast<Ticks*>(opaque);
        if (--all.left == 0) loop().remove_timeout(id);
    };
    const int id = loop().add_timeout(
        -1, tick, &ticks, [](void* opaque) { static_cast<Ticks*>(opaque)->freed.set_value(); });
    loop().update_timeout(id, 0);
    EXPECT_TRUE(comes(ticks.freed.get_future()));
    EXPECT_EQ(ticks.left, 0);
    EXPECT_EQ(loop().remove_timeout(id), -1);
}

}  // namespace
}  // namespace hypnos::libvirt::test
