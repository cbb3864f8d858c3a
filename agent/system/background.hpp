// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A process in the background, as --daemonize wants it: the one that was started waits until the
// other says that it is ready, and ends with its status.

#pragma once

#include <string>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

class Background {
  public:
    Background() = default;
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;
    /// Removes the PID file.
    ~Background();

    /// Forks, so call it before there are threads. Returns in the new process only, which leads a
    /// session of its own and is in "/". Its id is in `pidfile`, locked as long as it lives.
    [[nodiscard]] Result<void> enter(const std::string& pidfile);

    /// Lets the first process end well, and gives up the terminal.
    void ready();

  private:
    Result<void> write_pid(const std::string& pidfile);

    std::string pidfile_;
    UniqueFd pid_lock_, ready_;
};

}  // namespace hypnos::agent
