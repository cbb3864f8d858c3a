// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/hub.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <vector>

#include "fake_peer.hpp"

namespace hypnos::test {
namespace {

using glib::Source;
using std::chrono::milliseconds;
namespace hub = glib::hub;

class HubTest : public HostTest {
  protected:
    static UniqueFd ready_fd() { return UniqueFd(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK)); }

    /// One turn, without waiting; whether anything was dispatched.
    bool turn() { return g_main_context_iteration(context.get(), FALSE) == TRUE; }
};

TEST_F(HubTest, CallsAWatchForAsLongAsItsDescriptorIsReady) {
    const UniqueFd fd = ready_fd();
    int calls = 0;
    const Source watch = hub::watch(context.get(), fd.get(), G_IO_IN, [&] { ++calls; });
    turn();
    turn();
    EXPECT_EQ(calls, 2);
    eventfd_t value = 0;
    eventfd_read(fd.get(), &value);
    EXPECT_FALSE(turn());
    EXPECT_EQ(calls, 2);
}

TEST_F(HubTest, OneTurnCallsAllThatAreReady) {
    std::vector<UniqueFd> fds;
    std::vector<Source> watches;
    int calls = 0;
    for (int i = 0; i < 600; ++i) {
        fds.push_back(ready_fd());
        watches.push_back(hub::watch(context.get(), fds.back().get(), G_IO_IN, [&] { ++calls; }));
    }
    turn();
    EXPECT_EQ(calls, 600);
}

TEST_F(HubTest, AWatchMayEndItselfAndAnother) {
    const UniqueFd a = ready_fd(), b = ready_fd();
    int calls = 0;
    Source first, second;
    const auto end_both = [&] {
        ++calls;
        first.reset();
        second.reset();
    };
    first = hub::watch(context.get(), a.get(), G_IO_IN, end_both);
    second = hub::watch(context.get(), b.get(), G_IO_IN, end_both);
    turn();
    EXPECT_FALSE(turn());
    EXPECT_EQ(calls, 1);
}

TEST_F(HubTest, TwoMayWatchOneDescriptor) {
    const UniqueFd fd = ready_fd();
    int in = 0, out = 0;
    const Source reader = hub::watch(context.get(), fd.get(), G_IO_IN, [&] { ++in; });
    const Source writer = hub::watch(context.get(), fd.get(), G_IO_OUT, [&] { ++out; });
    turn();
    EXPECT_EQ(in, 1);
    EXPECT_EQ(out, 1);
}

TEST_F(HubTest, TakesWhatEpollDoesNot) {
    const UniqueFd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    int calls = 0;
    const Source watch = hub::watch(context.get(), file.get(), G_IO_IN, [&] { ++calls; });
    turn();
    EXPECT_EQ(calls, 1);
}

TEST_F(HubTest, AClosedDescriptorsNumberMayBeAnothers) {
    int calls = 0;
    UniqueFd old = ready_fd();
    const int number = old.get();
    Source stale = hub::watch(context.get(), number, G_IO_IN, [] { ADD_FAILURE(); });
    old = UniqueFd();
    UniqueFd fresh = ready_fd();
    while (fresh.get() != number) fresh = UniqueFd(fcntl(fresh.get(), F_DUPFD_CLOEXEC, number));
    const Source watch = hub::watch(context.get(), number, G_IO_IN, [&] { ++calls; });
    stale.reset();
    turn();
    EXPECT_EQ(calls, 1);
}

TEST_F(HubTest, TimersComeInTheirOrder) {
    std::vector<int> order;
    const auto add = [&](int ms) {
        return hub::after(context.get(), milliseconds(ms), [&order, ms] { order.push_back(ms); });
    };
    const Source late = add(30), early = add(10), middle = add(20), never = add(3'600'000);
    iterate_until([&] { return order.size() == 3; });
    EXPECT_EQ(order, (std::vector<int>{10, 20, 30}));
}

TEST_F(HubTest, ATimerThatIsGoneIsNotCalled) {
    Source gone = hub::after(context.get(), milliseconds(0), [] { ADD_FAILURE(); });
    gone.reset();
    turn();
    EXPECT_FALSE(turn());
}

TEST_F(HubTest, SoonIsTheNextTurnAlsoForWhatSoonAsksFor) {
    int calls = 0;
    Source next;
    const Source first = hub::soon(context.get(), [&] {
        ++calls;
        next = hub::soon(context.get(), [&] { ++calls; });
    });
    turn();
    EXPECT_EQ(calls, 1);
    turn();
    EXPECT_EQ(calls, 2);
    EXPECT_FALSE(turn());
}

TEST_F(HubTest, WhatArrivedInTimeComesBeforeATimerThatIsDue) {
    const UniqueFd fd = ready_fd();
    std::string order;
    const Source timer = hub::after(context.get(), milliseconds(0), [&] { order += 't'; });
    const Source watch = hub::watch(context.get(), fd.get(), G_IO_IN, [&] { order += 'w'; });
    turn();
    EXPECT_EQ(order, "wt");
}

TEST_F(HubTest, ACallbackMayIterateTheContext) {
    const UniqueFd fd = ready_fd();
    int depth = 0, others = 0;
    const UniqueFd other = ready_fd();
    Source watch = hub::watch(context.get(), fd.get(), G_IO_IN, [&] {
        EXPECT_EQ(depth++, 0) << "called from inside itself";
        bool over = false;
        const Source timer = hub::after(context.get(), milliseconds(5), [&] { over = true; });
        iterate_until([&] { return over; });
        --depth;
        watch.reset();
    });
    const Source second = hub::watch(context.get(), other.get(), G_IO_IN, [&] { ++others; });
    iterate_until([&] { return !watch; });
    EXPECT_GT(others, 0);
}

TEST_F(HubTest, ASourceMayOutliveItsContext) {
    const UniqueFd fd = ready_fd();
    auto own = std::make_unique<MainContext>();
    const Source timer = hub::after(own->get(), std::chrono::hours(1), [] {});
    const Source watch = hub::watch(own->get(), fd.get(), G_IO_IN, [] {});
    own.reset();
}

}  // namespace
}  // namespace hypnos::test
