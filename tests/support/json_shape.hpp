// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A reader of JSON of its own, for tests: nothing that the product reads or writes by. It keeps no
// values; it says whether a text is JSON that every client can read, and which members it has.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hypnos::test {

enum class JsonKind { Object, Array, String, Number, Word };

struct JsonShape {
    JsonKind kind = JsonKind::Word;
    std::map<std::string, JsonKind> members;  ///< of an object; names as they are written
};

/// Nothing if it is no JSON, or has a name twice in one object, a number beyond a double, half a
/// surrogate pair, or more than 200 brackets open at once.
[[nodiscard]] std::optional<JsonShape> shape_of_json(std::string_view text);

}  // namespace hypnos::test
