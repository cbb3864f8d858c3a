// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Verbs that ask each guest's agent one question and print what it says.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "hypnos/guest.hpp"
#include "options.hpp"
#include "terminal.hpp"

namespace hypnos::cli {

struct Question {
    Synopsis synopsis;
    double limit_s;    ///< unless --timeout is given
    const char* word;  ///< for an answer
    std::function<std::string(const Json& reply)> in_words;
    std::function<void(Guest&, std::chrono::milliseconds limit, std::function<void(Result<Json>)>)>
        ask;
};

/// JSON: {"guest", "verb", "reply"} or {"guest", "verb", "error"}.
[[nodiscard]] Exit ask(const std::vector<std::string>& words, const Question& question);

}  // namespace hypnos::cli
