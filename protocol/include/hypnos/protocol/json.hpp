// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A JSON value. A getter answers nothing unless the type is exactly right; text is read only by
// reader.hpp.
//
// Copies of an object or an array share it: build a value first, then hand it out.
// Not thread-safe: a value belongs to one thread at a time.

#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hypnos {

class Json {
  public:
    enum class Type { Null, Boolean, Integer, Real, String, Array, Object };
    using Member = std::pair<std::string_view, Json>;

    Json() = default;  // null

    // Implicit, so that an object reads like the JSON it makes: Json::object({{"id", 5}}).
    template <std::same_as<bool> T>
    Json(T value) : value_(value) {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<std::int64_t>(value)) {}
    Json(double value) : value_(value) {}
    /// Bytes that are no UTF-8, and NUL, become U+FFFD; so in names.
    Json(std::string value);
    Json(std::string_view value) : Json(std::string(value)) {}
    Json(const char* value) : Json(std::string_view(value)) {}

    static Json object(std::initializer_list<Member> members = {});
    static Json array(const std::vector<Json>& elements = {});

    [[nodiscard]] Type type() const;
    [[nodiscard]] bool is_null() const { return type() == Type::Null; }
    [[nodiscard]] bool is_object() const { return type() == Type::Object; }
    [[nodiscard]] bool is_array() const { return type() == Type::Array; }

    /// The value if it has exactly this type.
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;
    [[nodiscard]] std::optional<std::string> string() const;

    /// Objects: null for a missing member or a value that is no object.
    [[nodiscard]] Json operator[](std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names() const;
    Json& set(std::string_view name, Json value);

    /// Arrays: empty for a value that is no array.
    [[nodiscard]] std::vector<Json> elements() const;
    Json& append(Json value);

    /// Compact text on one line, pure ASCII: what goes on the wire, without the newline. A Real
    /// that JSON cannot tell (infinite, not a number) is null.
    [[nodiscard]] std::string dump() const;

  private:
    struct Object;
    struct Array;

    friend bool operator==(const Json& a, const Json& b);
    void dump_to(std::string& out) const;

    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::shared_ptr<Array>,
                 std::shared_ptr<Object>>
        value_;
};

bool operator==(const Json& a, const Json& b);

}  // namespace hypnos
