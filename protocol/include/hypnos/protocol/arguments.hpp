// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Reads a command's arguments with qemu-ga's checks and texts: missing, of the wrong type, unknown.
// Ask for every argument, then call finish(): it has the first problem found. A value asked for
// before finish() said yes may be a stand-in (0, empty) for one that is wrong.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

class Arguments {
  public:
    /// `object` must be a JSON object and outlive this.
    explicit Arguments(const Json& object) : object_(object) {}

    HYPNOS_API std::int64_t integer(const std::string& name);
    HYPNOS_API std::optional<std::int64_t> optional_integer(const std::string& name);
    HYPNOS_API bool boolean(const std::string& name);
    HYPNOS_API std::optional<bool> optional_boolean(const std::string& name);
    HYPNOS_API std::string string(const std::string& name);
    HYPNOS_API std::optional<std::string> optional_string(const std::string& name);
    /// A list of strings.
    HYPNOS_API std::vector<std::string> strings(const std::string& name);
    HYPNOS_API std::optional<std::vector<std::string>> optional_strings(const std::string& name);
    /// A list of objects: `read` is given the members of each, which need no finish().
    HYPNOS_API void each(const std::string& name, const std::function<void(Arguments&)>& read);
    /// The same; what `read` makes of them.
    template <typename Read>
    auto list(const std::string& name, Read read) {
        std::vector<decltype(read(std::declval<Arguments&>()))> result;
        each(name, [&](Arguments& members) { result.push_back(read(members)); });
        return result;
    }
    /// Of any type.
    HYPNOS_API std::optional<Json> optional_value(const std::string& name);

    /// The index in `values` of a string that must be one of them.
    HYPNOS_API std::size_t choice(const std::string& name,
                                  std::span<const std::string_view> values);
    HYPNOS_API std::optional<std::size_t> optional_choice(const std::string& name,
                                                          std::span<const std::string_view> values);

    [[nodiscard]] HYPNOS_API Result<void> finish();

  private:
    struct Labelled {
        std::string label;  ///< such as vcpus[0]
        Json element;
    };

    Arguments(const Json& object, std::string prefix)
        : object_(object), prefix_(std::move(prefix)) {}

    bool present(const std::string& name);
    void require(const std::string& name);
    void note(const std::string& problem);
    [[nodiscard]] std::optional<std::vector<Labelled>> elements(const std::string& name);
    [[nodiscard]] std::string label(const std::string& name) const;

    const Json& object_;
    std::string prefix_;  ///< of names in messages
    std::set<std::string> known_;
    std::optional<Error> problem_;
};

}  // namespace hypnos
