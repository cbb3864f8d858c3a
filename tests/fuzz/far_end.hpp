// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The far end of one of a guest's sockets, in the fuzzer's own thread: never blocks, hears what the
// library asks, and says whatever it is told to.

#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/framer.hpp"
#include "hypnos/protocol/message.hpp"

namespace hypnos::fuzz {

struct Question {
    Request request;
    Json id;
};

class FarEnd {
  public:
    /// `greeting` is said to every client.
    FarEnd(std::string path, std::string greeting);
    ~FarEnd();

    /// Takes the next client, hears what it has sent. Whether there was anything.
    bool look();

    void say(std::string_view bytes);
    void hang_up() { client_ = UniqueFd(); }

    /// What was asked and not yet answered, the oldest first.
    std::deque<Question> questions;

  private:
    bool accept();
    bool read();

    std::string path_, greeting_;
    UniqueFd listener_, client_;
    Framer framer_;
};

}  // namespace hypnos::fuzz
