// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// That a jump is told is seen in tests/qemu only: here nobody may set the clock.

#include "sleep/system/time/clock_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/main_loop.hpp"

namespace hypnos::sleep {
namespace {

/// proc(5), fdinfo of the process's timerfd.
std::string timer_info() {
    for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
        std::ostringstream text;
        text << std::ifstream(fd.path()).rdbuf();
        if (text.str().find("clockid:") != std::string::npos) return text.str();
    }
    return "no timerfd";
}

TEST(ClockWatch, IsArmedForTheRealClockAndSilent) {
    int jumps = 0;
    const ClockWatch watch([&jumps] { ++jumps; });
    test::run_until_quiet();
    EXPECT_EQ(jumps, 0);
    const std::string info = timer_info();
    EXPECT_NE(info.find("clockid: 0\n"), std::string::npos) << info;
    EXPECT_NE(info.find("settime flags: 03\n"), std::string::npos) << info;
    EXPECT_EQ(info.find("it_value: (0, 0)"), std::string::npos) << info;
}

}  // namespace
}  // namespace hypnos::sleep
