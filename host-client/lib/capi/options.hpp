// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Reads a caller's JSON object: types, ranges and unknown members. Ask for every member, then call
// finish(): it has a problem, if there is one. A value asked for before finish() said yes may be a
// stand-in for one that is wrong.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/protocol/arguments.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::capi {

/// An object from a caller's text. Usage otherwise; `what` is named in errors.
[[nodiscard]] Result<Json> read_object(const std::string& what, std::string_view text);

class Options {
  public:
    /// `object` must outlive this.
    Options(std::string what, const Json& object) : what_(std::move(what)), arguments_(object) {}

    [[nodiscard]] std::string text(const std::string& name);
    /// Of at least one character.
    [[nodiscard]] std::string required_text(const std::string& name);
    [[nodiscard]] std::vector<std::string> texts(const std::string& name);
    [[nodiscard]] bool flag(const std::string& name, bool otherwise);
    /// At least 1.
    [[nodiscard]] std::optional<std::int64_t> count(const std::string& name);
    /// At least 1 ms, at most 2147483647 (24 days).
    [[nodiscard]] std::optional<std::chrono::milliseconds> duration(const std::string& name);
    [[nodiscard]] Json object(const std::string& name);

    template <typename Enum, std::size_t N>
    [[nodiscard]] Enum choice(const std::string& name, const std::array<std::string_view, N>& names,
                              Enum otherwise) {
        const auto chosen = arguments_.optional_choice(name, names);
        return chosen ? static_cast<Enum>(*chosen) : otherwise;
    }

    /// A problem that the caller of this found.
    void wrong(const std::string& problem);

    [[nodiscard]] Result<void> finish();

  private:
    std::string what_;
    Arguments arguments_;
    std::optional<std::string> problem_;
};

}  // namespace hypnos::capi
