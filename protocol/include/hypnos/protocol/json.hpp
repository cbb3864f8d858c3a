// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A JSON value: a handle on a json-glib node. json-glib's own getters turn a wrong type into a
// plausible value (an integer getter answers 1 for `true` and 0 for a string) and its parser is not
// strict; here a getter answers nothing unless the type is exactly right, and text is read only by
// reader.hpp.
//
// Copies share the value, as GLib's references do: build a value first, then hand it out.
// Not thread-safe: a value belongs to one thread at a time.

#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/export.h"

typedef struct _JsonNode JsonNode;

namespace hypnos {

class HYPNOS_API Json {
  public:
    enum class Type { Null, Boolean, Integer, Real, String, Array, Object };
    using Member = std::pair<std::string_view, Json>;

    Json();  // null
    Json(const Json& other);
    Json(Json&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Json& operator=(Json other) noexcept;
    ~Json();

    // Implicit, so that an object reads like the JSON it makes: Json::object({{"id", 5}}).
    template <std::same_as<bool> T>
    Json(T value) : node_(boolean_node(value)) {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) Json(T value)
        : node_(integer_node(static_cast<std::int64_t>(value))) {}
    Json(double value);
    /// Bytes that are no UTF-8 become U+FFFD.
    Json(std::string_view value);
    Json(const std::string& value);
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
    Json& set(std::string_view name, const Json& value);

    /// Arrays: empty for a value that is no array.
    [[nodiscard]] std::vector<Json> elements() const;
    Json& append(const Json& value);

    /// Compact text on one line, pure ASCII: what goes on the wire, without the newline.
    [[nodiscard]] std::string dump() const;

  private:
    explicit Json(JsonNode* owned) : node_(owned) {}
    static JsonNode* boolean_node(bool value);
    static JsonNode* integer_node(std::int64_t value);

    JsonNode* node_;
};

HYPNOS_API bool operator==(const Json& a, const Json& b);

}  // namespace hypnos
