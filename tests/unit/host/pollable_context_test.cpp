// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/pollable_context.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "glib/source.hpp"

namespace hypnos::capi {
namespace {

using namespace std::chrono_literals;

constexpr int kPatience = 5000;

UniqueFd event_fd() { return UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void drain(const UniqueFd& fd) {
    eventfd_t value = 0;
    eventfd_read(fd.get(), &value);
}

class PollableContextTest : public testing::Test {
  protected:
    [[nodiscard]] bool readable(int wait_ms = 0) const {
        pollfd one{context.fd(), POLLIN, 0};
        return poll(&one, 1, wait_ms) == 1;
    }

    /// As a caller does; it is quiet afterwards.
    void dispatch_all() {
        for (int i = 0; i < 10 && readable(); ++i) context.dispatch();
        EXPECT_FALSE(readable());
    }

    glib::Source count(const UniqueFd& fd) {
        return glib::watch(context.get(), fd.get(), G_IO_IN, [this, &fd] {
            drain(fd);
            ++calls;
        });
    }

    PollableContext context;
    int calls = 0;
};

TEST_F(PollableContextTest, NothingToDoIsNotReadable) { dispatch_all(); }

TEST_F(PollableContextTest, WhatIsAttachedBetweenDispatchesIsHeardOf) {
    dispatch_all();
    const auto source = glib::soon(context.get(), [this] { ++calls; });
    EXPECT_TRUE(readable());
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, WhatAnotherThreadAttachesIsHeardOf) {
    dispatch_all();
    glib::Source source;
    std::thread([&] { source = glib::soon(context.get(), [this] { ++calls; }); }).join();
    EXPECT_TRUE(readable());
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, ATimeoutIsReadableInTimeAndNotBefore) {
    const auto begin = std::chrono::steady_clock::now();
    const auto source = glib::after(context.get(), 50ms, [this] { ++calls; });
    dispatch_all();
    EXPECT_EQ(calls, 0);
    EXPECT_TRUE(readable(kPatience));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 49ms);
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, ATimeoutThatIsDroppedIsNotWaitedFor) {
    auto source = glib::after(context.get(), 20ms, [this] { ++calls; });
    dispatch_all();
    source = glib::Source();
    context.refresh();
    EXPECT_FALSE(readable(60));
}

TEST_F(PollableContextTest, ADescriptorIsWatchedFromTheDispatchThatAddsIt) {
    const UniqueFd fd = event_fd();
    glib::Source watch;
    const auto source = glib::soon(context.get(), [&] { watch = count(fd); });
    dispatch_all();
    eventfd_write(fd.get(), 1);
    EXPECT_TRUE(readable());
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, ADescriptorWithTheNumberOfAClosedOneIsWatched) {
    UniqueFd fd = event_fd();
    const int number = fd.get();
    glib::Source watch = count(fd);
    dispatch_all();
    const auto source = glib::soon(context.get(), [&] {
        watch = glib::Source();
        EXPECT_EQ(dup3(event_fd().get(), number, O_CLOEXEC), number);
        watch = count(fd);
    });
    dispatch_all();
    eventfd_write(fd.get(), 1);
    EXPECT_TRUE(readable());
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, AClosedDescriptorThatAnotherProcessHasTooIsForgotten) {
    UniqueFd fd = event_fd();
    const UniqueFd of_a_child(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    glib::Source watch = count(fd);
    dispatch_all();
    watch = glib::Source();
    fd = UniqueFd();
    dispatch_all();
    eventfd_write(of_a_child.get(), 1);
    EXPECT_FALSE(readable());
}

TEST_F(PollableContextTest, ReadingAndWritingTheSameDescriptorAreBothHeardOf) {
    const UniqueFd fd = event_fd();
    int writable = 0;
    const glib::Source in = count(fd);
    glib::Source out = glib::watch(context.get(), fd.get(), G_IO_OUT, [&] {
        ++writable;
        out = glib::Source();
    });
    dispatch_all();
    EXPECT_EQ(writable, 1);
    eventfd_write(fd.get(), 1);
    dispatch_all();
    EXPECT_EQ(calls, 1);
}

TEST_F(PollableContextTest, WhatNeverEndsDoesNotKeepTheCaller) {
    glib::Source again;
    const std::function<void()> talk = [&] {
        ++calls;
        again = glib::soon(context.get(), talk);
    };
    talk();
    context.dispatch();
    EXPECT_GT(calls, 1);
    EXPECT_TRUE(readable());
}

TEST_F(PollableContextTest, IsQuietAfterItHasBlocked) {
    const auto source = glib::after(context.get(), 1ms, [this] { ++calls; });
    while (calls == 0) context.iterate();
    context.refresh();
    EXPECT_FALSE(readable(20));
}

}  // namespace
}  // namespace hypnos::capi
