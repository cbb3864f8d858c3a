// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A fuzzer's bytes, taken from the front. When they are used up, all that comes is zero or empty.

#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace hypnos::fuzz {

class Input {
  public:
    explicit Input(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    std::uint8_t byte() {
        if (bytes_.empty()) return 0;
        const auto first = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return first;
    }

    /// A byte that says how long it is, then the text.
    std::string text() { return take(byte()); }
    /// The same with two bytes, the high one first.
    std::string long_text() {
        const std::size_t high = byte();
        return take((high << 8U) + byte());
    }

  private:
    std::string take(std::size_t wanted) {
        const std::size_t length = std::min(wanted, bytes_.size());
        const std::string taken(bytes_.substr(0, length));
        bytes_.remove_prefix(length);
        return taken;
    }

    std::string_view bytes_;
};

}  // namespace hypnos::fuzz
