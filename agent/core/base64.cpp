// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/base64.hpp"

#include <glib.h>

namespace hypnos::agent {
namespace {

bool in_alphabet(char c) { return g_ascii_isalnum(c) != 0 || c == '+' || c == '/'; }

/// Takes a text character by character, in groups of four.
class Checker {
  public:
    [[nodiscard]] const char* problem() const { return problem_; }

    void take(char c) {
        if (c == '=')
            take_padding();
        else if (in_alphabet(c))
            take_digit();
        else if (c != '\n')
            problem_ = "Base64 data contains invalid characters";
    }

    void finish() {
        if (problem_ == nullptr && place_ != 0) problem_ = kCutShort;
    }

  private:
    static constexpr const char* kCutShort = "Base64 data is cut short or wrongly padded";

    void take_padding() {
        if (place_ < 2) problem_ = kCutShort;
        padded_ = true;
        advance();
    }

    void take_digit() {
        if (padded_) problem_ = kCutShort;
        advance();
    }

    void advance() {
        place_ = (place_ + 1) % 4;
        if (place_ == 0) padded_ = false;
    }

    const char* problem_ = nullptr;
    int place_ = 0;  ///< in the group
    bool padded_ = false;
};

Result<void> check(std::string_view text) {
    Checker checker;
    for (char c : text) {
        checker.take(c);
        if (checker.problem() != nullptr) break;
    }
    checker.finish();
    if (checker.problem() != nullptr) return fail(checker.problem());
    return {};
}

}  // namespace

Result<std::string> base64_decode(std::string_view text) {
    if (Result<void> checked = check(text); !checked) return fail(checked.error());
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    gint state = 0;
    guint saved = 0;
    bytes.resize(g_base64_decode_step(text.data(), text.size(),
                                      reinterpret_cast<guchar*>(bytes.data()), &state, &saved));
    return bytes;
}

std::string base64_encode(std::string_view bytes) {
    std::string text((bytes.size() / 3 + 1) * 4 + 4, '\0');
    gint state = 0, saved = 0;
    gsize size = g_base64_encode_step(reinterpret_cast<const guchar*>(bytes.data()), bytes.size(),
                                      FALSE, text.data(), &state, &saved);
    size += g_base64_encode_close(FALSE, text.data() + size, &state, &saved);
    text.resize(size);
    return text;
}

}  // namespace hypnos::agent
