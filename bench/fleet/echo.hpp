// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The least that a client can do: a line to each socket, a line back from each. On connections of its
// own to the sockets that the guests use.

#pragma once

#include <vector>

#include "epoll_loop.hpp"
#include "hypnos/guest_spec.hpp"
#include "measure.hpp"

namespace hypnos::fleet {

class Echo {
  public:
    explicit Echo(const std::vector<GuestSpec>& guests);

    /// All lines are sent before the first reply is read.
    Cost all_at_once();
    Cost one_after_the_other();
    /// All at once, and what Guest::status asks, so that the other side has as much to do.
    Cost status_at_once();

  private:
    struct Line {
        UniqueFd fd;
        const char* request;
        const char* status;
    };

    void add(const std::string& path, const char* request, const char* status);
    Cost at_once(const char* Line::*request);
    void reply_came(const Line& line);

    EpollLoop loop_;
    std::vector<Line> lines_;
    std::size_t pending_ = 0;
};

}  // namespace hypnos::fleet
