// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Cuts a byte stream into JSON texts. There is no length prefix and no newline is needed: a text
// ends when its brackets balance. One framer per connection, so half a request of one peer is never
// finished by another.
//
//   0xFF            resets, in any state, silently
//   a stray byte    one error; then bytes are skipped up to the next bracket, comma, colon or
//                   control character, as QEMU's lexer does
//   over a limit    one error; the whole text is skipped, up to its balanced end or a newline
//
// Not thread-safe.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/limits.hpp"

namespace hypnos {

class Framer {
  public:
    /// `message_bytes`: of one text.
    explicit Framer(std::size_t message_bytes = limits::kMessageBytes)
        : message_bytes_(message_bytes) {}

    /// Adds received bytes. Call next() until it has nothing before adding more: what is kept then
    /// is one unfinished text, of its limit at most.
    HYPNOS_API void push(std::string_view bytes);

    /// The next complete text, or the error that replaces it, or nothing yet.
    [[nodiscard]] HYPNOS_API std::optional<Result<std::string>> next();

    /// False if next() would find nothing more than white space.
    [[nodiscard]] HYPNOS_API bool has_more();

    /// Forgets everything, as at the end of a connection.
    HYPNOS_API void reset();

  private:
    enum class State { Between, Scalar, Nested, Recovering, Discarding };
    using Step = std::optional<Result<std::string>>;

    void take_ordinary();
    [[nodiscard]] bool is_ordinary(char c) const;
    Step step(char c);
    Step between(char c);
    Step scalar(char c);
    Step nested(char c);
    Step recovering(char c);
    Step discarding(char c);
    Step stray(char c);
    Step exceeded(const char* what, char c);
    Step finish();
    Step append(char c);
    void track(char c);
    [[nodiscard]] bool balanced() const { return depth_ == 0 && quote_ == '\0'; }
    void start_over(State state);

    std::size_t message_bytes_;
    State state_ = State::Between;
    std::string input_;  // received, not yet looked at
    std::size_t position_ = 0;
    std::string text_;  // the unfinished text
    std::size_t depth_ = 0;
    char quote_ = '\0';  // of the string we are in
    bool escaped_ = false;
    bool again_ = false;  // look at the same byte once more
};

}  // namespace hypnos
