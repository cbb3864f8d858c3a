// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What the C interface promises about lifetimes: worth the sanitizers' while.

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <string>

#include "capi/guest.hpp"
#include "capi/loop.hpp"
#include "fake_peer.hpp"
#include "hypnos/hypnos.h"

namespace hypnos::test {
namespace {

class CInterfaceTest : public testing::Test {
  protected:
    CInterfaceTest() { agent.emplace(context(), path); }
    ~CInterfaceTest() override {
        agent.reset();
        hypnos_guest_free(guest);
        hypnos_guest_free(other);
        hypnos_loop_free(loop);
    }

    GMainContext* context() { return loop->context.get(); }

    hypnos_guest* make() { return hypnos_guest_new(loop, ("agent=" + path).c_str(), nullptr); }

    void start(hypnos_guest* one, const char* operation, std::function<void()> then = {}) {
        callback = [this, then](const char* report, const hypnos_error* error) {
            ++calls;
            last = report != nullptr ? report : hypnos_error_message(error);
            if (then) then();
        };
        const auto done = [](const char* report, const hypnos_error* error, void* data) {
            static_cast<CInterfaceTest*>(data)->callback(report, error);
        };
        EXPECT_EQ(hypnos_guest_start(one, operation, nullptr, done, this, nullptr), 0);
    }

    void dispatch_until(const std::function<bool()>& over) {
        pollfd ready{hypnos_loop_fd(loop), POLLIN, 0};
        const gint64 end = g_get_monotonic_time() + 5'000'000;
        while (!over() && g_get_monotonic_time() < end) {
            poll(&ready, 1, 100);
            hypnos_loop_dispatch(loop);
        }
        EXPECT_TRUE(over());
    }

    void drop(hypnos_guest*& one) { hypnos_guest_free(std::exchange(one, nullptr)); }

    TempDir dir;
    std::string path = dir.file("a");
    hypnos_loop* loop = hypnos_loop_new();
    std::optional<FakeAgent> agent;
    hypnos_guest* guest = make();
    hypnos_guest* other = nullptr;
    std::function<void(const char*, const hypnos_error*)> callback;
    hypnos_watch* watch = nullptr;
    std::function<void()> on_event;
    int calls = 0;
    std::string last;

    void begin_watch(std::function<void()> then) {
        on_event = std::move(then);
        const auto event = [](const char* text, void* data) {
            auto* test = static_cast<CInterfaceTest*>(data);
            ++test->calls;
            test->last = text;
            test->on_event();
        };
        watch = hypnos_guest_watch(guest, event, this);
        agent->after = [this](const std::string& command) {
            if (command == "hypnos-subscribe") agent->event("HYPNOS_READY");
        };
    }
};

TEST_F(CInterfaceTest, AGuestMayBeFreedInItsOwnCallback) {
    start(guest, "status", [this] { drop(guest); });
    dispatch_until([this] { return calls == 1; });
    EXPECT_TRUE(contains(last, "boot-1")) << last;
}

TEST_F(CInterfaceTest, AnOperationMayBeginInTheCallbackOfTheLast) {
    start(guest, "status", [this] { start(guest, "capabilities"); });
    dispatch_until([this] { return calls == 2; });
    EXPECT_EQ(last, "no such command");
}

TEST_F(CInterfaceTest, WhatIsFreedOrReplacedNeverCallsBack) {
    start(guest, "status");
    start(guest, "status");
    dispatch_until([this] { return calls == 1; });
    agent->on_message = nullptr;
    start(guest, "status");
    drop(guest);
    for (int i = 0; i < 20; ++i) hypnos_loop_dispatch(loop);
    EXPECT_EQ(calls, 1);
}

TEST_F(CInterfaceTest, ARunWhoseGuestIsFreedByACallbackEnds) {
    agent->is_silent_at("hypnos-rehearse");
    other = hypnos_guest_new(loop, "agent=/nonexistent", nullptr);
    start(other, "status", [this] { drop(guest); });
    hypnos_error* error = nullptr;
    EXPECT_EQ(hypnos_guest_run(guest, "rehearse", nullptr, &error), nullptr);
    EXPECT_TRUE(contains(hypnos_error_message(error), "freed the guest"));
    hypnos_error_free(error);
}

TEST_F(CInterfaceTest, AWatchMayBeFreedByItsOwnEvent) {
    begin_watch([this] { hypnos_watch_free(std::exchange(watch, nullptr)); });
    dispatch_until([this] { return calls == 1; });
    EXPECT_TRUE(contains(last, "HYPNOS_READY")) << last;
    hypnos_loop_dispatch(loop);
}

TEST_F(CInterfaceTest, AnEventMayFreeItsGuestAndItsWatch) {
    begin_watch([this] {
        drop(guest);
        hypnos_watch_free(std::exchange(watch, nullptr));
    });
    dispatch_until([this] { return calls == 1; });
}

TEST_F(CInterfaceTest, AnEventMayFreeItsWatchAndThenBlock) {
    begin_watch([this] {
        hypnos_watch_free(std::exchange(watch, nullptr));
        char* report = hypnos_guest_run(guest, "status", nullptr, nullptr);
        EXPECT_NE(report, nullptr);
        hypnos_free(report);
    });
    dispatch_until([this] { return calls == 1; });
}

TEST_F(CInterfaceTest, AWatchOutlivesItsGuest) {
    begin_watch([] {});
    drop(guest);
    dispatch_until([this] { return calls == 1; });
    hypnos_watch_free(watch);
}

TEST_F(CInterfaceTest, NullIsAnErrorWhereATextIsNeeded) {
    hypnos_error* error = nullptr;
    EXPECT_EQ(hypnos_guest_new(loop, nullptr, &error), nullptr);
    EXPECT_EQ(hypnos_error_code(error), HYPNOS_USAGE);
    hypnos_error_free(error);
    EXPECT_EQ(hypnos_guest_start(guest, nullptr, nullptr, nullptr, nullptr, nullptr), -1);
    EXPECT_EQ(hypnos_guest_start(guest, "status", nullptr, nullptr, nullptr, &error), -1);
    EXPECT_STREQ(hypnos_error_message(error), "done is NULL");
    EXPECT_EQ(hypnos_error_details(error), nullptr);
    hypnos_error_free(error);
    EXPECT_EQ(hypnos_guest_run(nullptr, "status", nullptr, nullptr), nullptr);
    EXPECT_EQ(hypnos_select(nullptr, nullptr), nullptr);
}

TEST_F(CInterfaceTest, NothingIsFreedAsNothing) {
    hypnos_free(nullptr);
    hypnos_error_free(nullptr);
    hypnos_guest_free(nullptr);
    hypnos_watch_free(nullptr);
    hypnos_loop_free(nullptr);
}

}  // namespace
}  // namespace hypnos::test
