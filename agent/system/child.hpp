// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One child process with a time limit: own session and process group, stdin /dev/null, output kept
// up to a limit. When time is up the group gets SIGTERM, then SIGKILL; a child that even then does
// not end (it hangs in the kernel) is left behind, and said to be.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "glib/source.hpp"

namespace hypnos::agent {

class Child {
  public:
    static constexpr std::size_t kOutputKept = 1024;
    static constexpr std::chrono::milliseconds kTermGrace{1500};
    static constexpr std::chrono::milliseconds kKillGrace{1000};

    struct Exit {
        bool timed_out = false;
        int status = 0;  ///< exit status; 128 + signal; 127 if it could not be started
        std::chrono::milliseconds took{};
        std::string output;
    };
    using Done = std::function<void(const Exit&)>;

    struct Command {
        std::vector<std::string> arguments;    ///< the first is the program's path
        std::vector<std::string> environment;  ///< NAME=value, all of it
    };

    /// Calls `done` exactly once, from the default main context, never from inside start().
    void start(const Command& command, std::chrono::milliseconds limit, Done done);

  private:
    void spawn(const Command& command);
    void watch_child(std::chrono::milliseconds limit);
    void read_output();
    void escalate(int signal_number, std::chrono::milliseconds grace);
    void abandon();
    void reap();
    void finish();

    Done done_;
    Exit exit_;
    std::chrono::nanoseconds started_{};
    int pid_ = 0;
    UniqueFd pidfd_, output_;
    glib::Source exit_watch_, output_watch_, timer_;
};

}  // namespace hypnos::agent
