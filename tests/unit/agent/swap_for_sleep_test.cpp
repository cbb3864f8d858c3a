// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/swap_for_sleep.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <utility>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNote = "/run/hypnos/swap";

// What the system calls do. `off` is asked in a child, which has a copy.
std::atomic<int> on_calls, on_error;
int off_error;
bool off_hangs, off_is_killed, no_pidfd;
int inherited = -1;  ///< what `off` must not have open

int fake_on(const std::string&) {
    ++on_calls;
    return on_error;
}
/// Leaves a mark for each call beside the swap.
int fake_off(const std::string& path) {
    std::ofstream(path + ".off", std::ios::app) << "x";
    while (off_hangs) pause();
    if (off_is_killed) kill(getpid(), SIGKILL);
    return inherited >= 0 && fcntl(inherited, F_GETFD) >= 0 ? EBADF : off_error;
}
int fake_open_process(int pid) {
    if (!no_pidfd) return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    errno = EMFILE;
    return -1;
}

class SwapForSleepTest : public testing::Test {
  protected:
    SwapForSleepTest() {
        on_calls = on_error = off_error = 0;
        off_hangs = off_is_killed = no_pidfd = false;
        temp_.write("/proc/swaps", "Filename\n" + path() + " file 1 0 32767\n");
    }

    [[nodiscard]] SwapForSleep make(std::chrono::seconds limit = 300s) const {
        return SwapForSleep(temp_.root(), limit, {fake_on, fake_off, fake_open_process});
    }
    int on(SwapForSleep& swap) const {
        std::optional<int> result;
        swap.on(path(), [&](int os_error) { result = os_error; });
        EXPECT_TRUE(test::run_until([&] { return result.has_value(); }));
        return result.value_or(-1);
    }
    [[nodiscard]] std::string path() const { return temp_.path("/swap"); }
    [[nodiscard]] std::string noted() const { return temp_.root().text(kNote); }
    [[nodiscard]] std::size_t off_calls() const { return temp_.root().text("/swap.off").size(); }
    [[nodiscard]] bool wait_for_calls(std::size_t number) const {
        return test::poll_until([&] { return off_calls() == number; });
    }
    [[nodiscard]] bool wait_for_note_to_go() const {
        return test::poll_until([&] { return noted().empty(); });
    }

    test::TempRoot temp_;
};

TEST_F(SwapForSleepTest, OnBeforeAndOffAfter) {
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), 0);
    EXPECT_EQ(noted(), path());
    swap.off();
    EXPECT_FALSE(test::poll_until([this] { return off_calls() != 0; }, 100ms)) << "it is used";
    swap.release();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
    EXPECT_EQ(off_calls(), 1U);
    swap.off();
    test::run_until_quiet();
    EXPECT_EQ(off_calls(), 1U) << "it is off";
}

TEST_F(SwapForSleepTest, TheNoteIsThereBeforeItIsOn) {
    SwapForSleep swap = make();
    swap.on(path(), [](int) {});
    EXPECT_EQ(noted(), path());
}

TEST_F(SwapForSleepTest, OneThatCannotBeSwitchedOnLeavesNothing) {
    on_error = EINVAL;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), EINVAL);
    EXPECT_EQ(noted(), "");
    swap.release();
    swap.off();
    test::run_until_quiet();
    EXPECT_EQ(off_calls(), 0U);
}

TEST_F(SwapForSleepTest, OneThatWasOnStaysOn) {
    on_error = EBUSY;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), 0);
    EXPECT_EQ(noted(), "");
    swap.release();
    swap.off();
    test::run_until_quiet();
    EXPECT_EQ(off_calls(), 0U);
}

TEST_F(SwapForSleepTest, ABusyOneThatIsNotOnIsAnError) {
    temp_.write("/proc/swaps", "Filename\n");
    on_error = EBUSY;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), EBUSY);
    EXPECT_EQ(noted(), "");
}

TEST_F(SwapForSleepTest, WhoSwitchesOffHasNothingElseOpen) {
    temp_.write(kNote, path() + "\n");
    inherited = open("/dev/null", O_RDONLY | O_CLOEXEC);
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
    close(std::exchange(inherited, -1));
}

TEST_F(SwapForSleepTest, OneThatIsKilledIsTriedAgainAfterTheNextSleepOnly) {
    temp_.write(kNote, path() + "\n");
    off_is_killed = true;
    SwapForSleep swap = make();
    testing::internal::CaptureStderr();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    EXPECT_FALSE(test::poll_until([this] { return off_calls() != 1; }, 200ms));
    EXPECT_NE(testing::internal::GetCapturedStderr().find("killed, as memory"), std::string::npos);
    off_is_killed = false;
    swap.keep();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
}

TEST_F(SwapForSleepTest, AnAttemptThatCannotBeWatchedIsGivenUp) {
    temp_.write(kNote, path() + "\n");
    no_pidfd = true;
    SwapForSleep swap = make();
    swap.off();
    test::run_until_quiet();
    EXPECT_EQ(noted(), path());
    no_pidfd = false;
    swap.keep();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
}

TEST_F(SwapForSleepTest, WhatADeadAgentHasLeftIsSwitchedOff) {
    temp_.write(kNote, path() + "\n");
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
    EXPECT_EQ(off_calls(), 1U);
}

TEST_F(SwapForSleepTest, OneThatADeadAgentSwitchedOnIsStillOurs) {
    temp_.write(kNote, path() + "\n");
    on_error = EBUSY;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), 0);
    EXPECT_EQ(noted(), path());
}

TEST_F(SwapForSleepTest, OneThatIsOffAlreadyIsForgotten) {
    temp_.write(kNote, path() + "\n");
    temp_.write("/proc/swaps", "Filename\n");
    off_error = EINVAL;
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
}

TEST_F(SwapForSleepTest, AFailureIsTriedAgainAfterTheNextSleepOnly) {
    off_error = ENOMEM;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), 0);
    swap.release();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    EXPECT_FALSE(test::poll_until([] { return false; }, 100ms));
    swap.off();
    test::run_until_quiet();
    EXPECT_EQ(off_calls(), 1U);
    EXPECT_EQ(noted(), path());
    off_error = 0;
    swap.keep();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
}

TEST_F(SwapForSleepTest, ThereIsALimit) {
    off_hangs = true;
    SwapForSleep swap = make(1s);
    EXPECT_EQ(on(swap), 0);
    swap.release();
    const gint64 start = g_get_monotonic_time();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    EXPECT_FALSE(test::poll_until([] { return false; }, 1500ms));
    EXPECT_LT(g_get_monotonic_time() - start, 10'000'000);
    EXPECT_EQ(noted(), path()) << "it stays on";
    off_hangs = false;
    swap.keep();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go()) << "the first attempt has not ended";
}

TEST_F(SwapForSleepTest, OneThatIsInUseWhenItCannotBeSwitchedOffIsOurs) {
    temp_.write(kNote, path() + "\n");
    off_error = EINVAL;
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    EXPECT_FALSE(test::poll_until([this] { return noted().empty(); }, 100ms));
}

TEST_F(SwapForSleepTest, ANewSleepKeepsItOn) {
    off_hangs = true;
    SwapForSleep swap = make();
    EXPECT_EQ(on(swap), 0);
    swap.release();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    swap.keep();
    on_error = EBUSY;
    EXPECT_EQ(on(swap), 0) << "once the attempt has been stopped";
    EXPECT_EQ(noted(), path());
    off_hangs = false;
    swap.release();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
    EXPECT_EQ(off_calls(), 2U);
}

TEST_F(SwapForSleepTest, AnAttemptThatWasStoppedIsMadeAgainWhenIdleAndOnlyThen) {
    off_hangs = true;
    temp_.write(kNote, path() + "\n");
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    off_hangs = false;
    swap.keep();
    EXPECT_FALSE(test::poll_until([this] { return off_calls() != 1; }, 200ms));
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
    EXPECT_EQ(off_calls(), 2U);
}

TEST_F(SwapForSleepTest, AnAttemptThatIsStillBeingStoppedWhenIdleIsMadeAgain) {
    off_hangs = true;
    temp_.write(kNote, path() + "\n");
    SwapForSleep swap = make();
    swap.off();
    EXPECT_TRUE(wait_for_calls(1));
    off_hangs = false;
    swap.keep();
    swap.off();
    EXPECT_TRUE(wait_for_note_to_go());
}

TEST_F(SwapForSleepTest, AnAttemptThatTheFreezerInterruptsIsMadeAgain) {
    temp_.write(kNote, path() + "\n");
    off_error = EINTR;
    SwapForSleep swap = make();
    swap.off();
    off_error = 0;
    EXPECT_TRUE(wait_for_note_to_go());
    EXPECT_EQ(off_calls(), 2U);
}

TEST_F(SwapForSleepTest, TheAttemptEndsWithTheAgent) {
    off_hangs = true;
    temp_.write(kNote, path() + "\n");
    {
        SwapForSleep swap = make();
        swap.off();
        EXPECT_TRUE(wait_for_calls(1));
    }
    EXPECT_EQ(noted(), path());
}

}  // namespace
}  // namespace hypnos::agent
