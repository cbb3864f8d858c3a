// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What guest-exec is asked to keep of a program's output, and what guest-exec-status tells.

#pragma once

#include <optional>
#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

enum class Capture { None, Stdout, Stderr, Separated, Merged };

/// The argument capture-output: a word, true for separated, or false; nothing is none.
[[nodiscard]] Result<Capture> capture_mode(const std::optional<Json>& argument);

/// As much of a stream as is kept.
class CapturedStream {
  public:
    static constexpr std::size_t kKept = std::size_t{16} << 20;

    void take(std::string_view bytes);
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] bool truncated() const { return truncated_; }

  private:
    std::string bytes_;
    bool truncated_ = false;
};

struct ExecResult {
    int wait_status = 0;  ///< as waitpid(2) gives it
    CapturedStream output, errors;
};

/// guest-exec-status's reply; null: the program has not ended.
[[nodiscard]] Json to_json(const ExecResult* result);

}  // namespace hypnos::agent
