// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One process with a time limit: own session and process group, output kept up to a limit. When time
// is up the group gets SIGTERM, then SIGKILL; a group that even then does not end (it hangs in the
// kernel) is left behind, and said to be stuck. Nothing ends it when we do.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "glib/source.hpp"

namespace hypnos::agent {

class Child {
  public:
    static constexpr std::size_t kOutputKept = 4096;
    /// Between SIGTERM and SIGKILL: half of the limit, but within these.
    static constexpr std::chrono::milliseconds kShortestGrace{1500}, kLongestGrace{3000};
    /// From SIGKILL until it counts as stuck.
    static constexpr std::chrono::milliseconds kKillGrace{1000};

    struct Exit {
        bool timed_out = false;
        bool stuck = false;  ///< also timed out
        int status = 0;      ///< exit status; 128 + signal; 127 if it could not be started
        std::chrono::milliseconds took{};
        std::string output;
    };
    using Done = std::function<void(const Exit&)>;

    struct Command {
        std::vector<std::string> arguments;    ///< the first is the program's path
        std::vector<std::string> environment;  ///< NAME=value, all of it
        int input = -1;                        ///< its standard input, borrowed; -1: /dev/null
    };

    /// A process that leads its group, started by somebody else.
    struct Process {
        int pid = 0;
        UniqueFd pidfd;
        UniqueFd output;  ///< where to read what it prints; does not block
    };

    /// Calls `done` exactly once, from the default main context, never from inside start(). If
    /// `output` is given, output is read from there, and what goes to the child's own is dropped.
    void start(const Command& command, std::chrono::milliseconds limit, Done done,
               UniqueFd output = {});

    /// The same for a process that runs already. If it is no child of ours, its status cannot be
    /// known and is given as 137.
    void adopt(Process process, std::chrono::milliseconds limit, Done done);

    /// Ends it as if its time were up.
    void stop();

  private:
    void begin(std::chrono::milliseconds limit, Done done);
    void spawn(const Command& command);
    void spawn_failed(GError* error);
    void watch_process(std::chrono::milliseconds limit);
    void read_output();
    void escalate(int signal_number, std::chrono::milliseconds grace);
    void reap();
    void await_group();
    void abandon();
    void finish();

    Done done_;
    Exit exit_;
    std::chrono::nanoseconds started_{}, killed_{};
    std::chrono::milliseconds grace_{};
    int pid_ = 0;  ///< 0: nothing runs
    UniqueFd pidfd_, output_;
    glib::Source exit_watch_, output_watch_, timer_;
};

}  // namespace hypnos::agent
