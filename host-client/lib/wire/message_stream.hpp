// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// JSON messages over a non-blocking stream socket. The peer is hostile: the framer's limits hold,
// what is no JSON is skipped, one message at most is delivered per turn of the loop (so that a
// thousand peers get their turn), and a peer that does not read costs kOutputBytes.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "glib/source.hpp"
#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/framer.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

class MessageStream {
  public:
    static constexpr std::size_t kOutputBytes = std::size_t{256} * 1024;

    /// Called from the loop; either may destroy the stream.
    class Listener {
      public:
        virtual void message(const Json& message) = 0;
        virtual void closed(const Error& error) = 0;

      protected:
        ~Listener() = default;
    };

    /// `listener` must outlive the stream; `name` stands in errors.
    MessageStream(GMainContext* context, UniqueFd fd, std::string name, Listener& listener);

    /// Queues bytes as they are. Fails when the peer has left too much unread.
    [[nodiscard]] Result<void> send(std::string_view bytes);

    [[nodiscard]] bool has_unsent() const { return !output_.empty(); }

  private:
    void turn();
    void go_on_soon();
    bool receive();
    void end(int error);
    void flush();

    GMainContext* context_;
    UniqueFd fd_;
    std::string name_;
    Listener& listener_;
    Framer framer_;
    bool drained_ = true;  // the framer has no complete text
    std::string output_;
    glib::Source readable_, writable_, more_;
};

}  // namespace hypnos
