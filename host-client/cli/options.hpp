// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The command line of one verb, over GOption.

#pragma once

#include <glib.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::cli {

struct Synopsis {
    const char* verb;
    const char* arguments;  ///< "GUEST..."
    const char* summary;    ///< one sentence
    const char* description = nullptr;
    bool of_guests = true;  ///< the help says what GUEST may be
};

/// A string that GOption fills in.
class Text {
  public:
    Text() = default;
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
    ~Text() { g_free(value_); }

    [[nodiscard]] char** slot() { return &value_; }
    [[nodiscard]] bool is_given() const { return value_ != nullptr; }
    [[nodiscard]] std::string or_else(const char* fallback) const {
        return value_ == nullptr ? fallback : value_;
    }

  private:
    char* value_ = nullptr;
};

/// Strings of an option that may be given several times.
class TextList {
  public:
    TextList() = default;
    TextList(const TextList&) = delete;
    TextList& operator=(const TextList&) = delete;
    ~TextList() { g_strfreev(values_); }

    [[nodiscard]] char*** slot() { return &values_; }
    [[nodiscard]] std::vector<std::string> words() const {
        if (values_ == nullptr) return {};
        return {values_, values_ + g_strv_length(values_)};
    }

  private:
    char** values_ = nullptr;
};

using Entries = std::vector<GOptionEntry>;

/// One list out of several.
[[nodiscard]] Entries operator+(Entries a, const Entries& b);

/// Reads the options; returns the rest, of which there must be `least` to `most`. --help prints and
/// exits.
[[nodiscard]] Result<std::vector<std::string>> parse_options(const Synopsis& synopsis,
                                                             const std::vector<std::string>& words,
                                                             Entries entries, std::size_t least,
                                                             std::size_t most = SIZE_MAX);

[[nodiscard]] Result<std::chrono::milliseconds> parse_seconds(const char* option, double seconds);

/// The index of `word` in `values`.
[[nodiscard]] Result<std::size_t> parse_choice(const char* option, const std::string& word,
                                               std::span<const std::string_view> values);

}  // namespace hypnos::cli
