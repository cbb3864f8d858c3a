// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/worker.hpp"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/main_loop.hpp"

namespace hypnos::glib {
namespace {

TEST(Worker, WorksElsewhereAndTellsTheLoop) {
    Worker<std::thread::id> worker;
    std::optional<std::thread::id> where;
    std::thread::id told_where;
    worker.start([] { return std::this_thread::get_id(); },
                 [&](const std::thread::id& id) {
                     where = id;
                     told_where = std::this_thread::get_id();
                 });
    EXPECT_FALSE(where);
    ASSERT_TRUE(test::run_until([&where] { return where.has_value(); }));
    EXPECT_NE(*where, std::this_thread::get_id());
    EXPECT_EQ(told_where, std::this_thread::get_id());
}

TEST(Worker, MayBeStartedAgainFromItsOwnCallback) {
    Worker<int> worker;
    int last = 0;
    worker.start([] { return 1; },
                 [&](const int& first) {
                     worker.start([first] { return first + 1; },
                                  [&last](const int& second) { last = second; });
                 });
    ASSERT_TRUE(test::run_until([&last] { return last == 2; }));
}

TEST(Worker, AJobThatIsGivenUpIsNotHeardOf) {
    auto gate = std::make_shared<std::promise<void>>();
    bool heard = false;
    int fresh = 0;
    Worker<int> worker;
    worker.start(
        [gate] {
            gate->get_future().wait();
            return 1;
        },
        [&heard](const int&) { heard = true; });
    worker.start([] { return 2; }, [&fresh](const int& result) { fresh = result; });
    gate->set_value();
    ASSERT_TRUE(test::run_until([&fresh] { return fresh == 2; }));
    EXPECT_FALSE(heard);
}

TEST(Worker, MayGoWhileItsJobRuns) {
    auto gate = std::make_shared<std::promise<void>>();
    auto ended = std::make_shared<std::promise<void>>();
    std::future<void> end = ended->get_future();
    {
        Worker<int> worker;
        worker.start(
            [gate, ended] {
                gate->get_future().wait();
                ended->set_value();
                return 1;
            },
            [](const int&) { ADD_FAILURE() << "told after its end"; });
    }
    gate->set_value();
    EXPECT_EQ(end.wait_for(test::kPatience), std::future_status::ready);
}

}  // namespace
}  // namespace hypnos::glib
