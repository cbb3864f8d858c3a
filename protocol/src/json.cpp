// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/json.hpp"

#include <json-glib/json-glib.h>

#include <array>
#include <cstdio>
#include <memory>

namespace hypnos {
namespace {

template <typename Value, typename Set>
JsonNode* scalar(Value value, Set set) {
    JsonNode* node = json_node_new(JSON_NODE_VALUE);
    set(node, value);
    return node;
}

bool is_value_of(JsonNode* node, GType type) {
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

void append_escaped(std::string& out, std::uint32_t unit) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "\\u%04X", unit);
    out += text.data();
}

void append_code_point(std::string& out, std::uint32_t code) {
    if (code < 0x10000) return append_escaped(out, code);
    append_escaped(out, 0xD800 + ((code - 0x10000) >> 10));
    append_escaped(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

/// The one control character that json-glib 1.6 does not escape.
constexpr gunichar kLeftRaw = 0x1F;

/// Outside ASCII a JSON text has bytes only inside strings, where \u escapes may stand for them.
std::string to_ascii(const char* text) {
    std::string out;
    for (const char* p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        const gunichar code = g_utf8_get_char(p);
        if (code < 0x7F && code != kLeftRaw)
            out += static_cast<char>(code);
        else
            append_code_point(out, code);
    }
    return out;
}

/// json-glib 1.6 puts ".0" behind every real without a point, also behind an exponent: 1e+308.0.
std::string without_fractions_of_exponents(const std::string& json) {
    if (json.find(".0") == std::string::npos) return json;
    std::string out;
    bool in_string = false, in_exponent = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_string && c == '\\') out += json[i++];
        if (c == '"') in_string = !in_string;
        if (in_exponent && c == '.') {
            ++i;
            continue;
        }
        in_exponent = !in_string && (in_exponent ? g_ascii_isdigit(c) || c == '-' || c == '+'
                                                 : c == 'e' && g_ascii_isdigit(json[i - 1]));
        out += json[i];
    }
    return out;
}

using OwnedText = std::unique_ptr<char, decltype(&g_free)>;

JsonNode* string_node(const std::string& text) {
    const auto size = static_cast<gssize>(text.size());
    if (g_utf8_validate(text.c_str(), size, nullptr) == TRUE)
        return scalar(text.c_str(), json_node_set_string);
    return scalar(OwnedText(g_utf8_make_valid(text.c_str(), size), g_free).get(),
                  json_node_set_string);
}

OwnedText generate(JsonNode* node) { return {json_to_string(node, FALSE), g_free}; }

}  // namespace

JsonNode* Json::boolean_node(bool value) {
    return scalar(value ? TRUE : FALSE, json_node_set_boolean);
}
JsonNode* Json::integer_node(std::int64_t value) { return scalar(value, json_node_set_int); }

Json::Json() : node_(json_node_new(JSON_NODE_NULL)) {}
Json::Json(double value) : node_(scalar(value, json_node_set_double)) {}
Json::Json(std::string_view value) : Json(std::string(value)) {}
Json::Json(const std::string& value) : node_(string_node(value)) {}
Json::Json(const Json& other) : node_(json_node_ref(other.node_)) {}
Json& Json::operator=(Json other) noexcept {
    std::swap(node_, other.node_);
    return *this;
}
Json::~Json() {
    if (node_ != nullptr) json_node_unref(node_);
}

Json Json::object(std::initializer_list<Member> members) {
    JsonNode* node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(node, json_object_new());
    Json result(node);
    for (const auto& [name, value] : members) result.set(name, value);
    return result;
}

Json Json::array(const std::vector<Json>& elements) {
    JsonNode* node = json_node_new(JSON_NODE_ARRAY);
    json_node_take_array(node, json_array_new());
    Json result(node);
    for (const Json& element : elements) result.append(element);
    return result;
}

Json::Type Json::type() const {
    if (JSON_NODE_HOLDS_OBJECT(node_)) return Type::Object;
    if (JSON_NODE_HOLDS_ARRAY(node_)) return Type::Array;
    if (is_value_of(node_, G_TYPE_INT64)) return Type::Integer;
    if (is_value_of(node_, G_TYPE_DOUBLE)) return Type::Real;
    if (is_value_of(node_, G_TYPE_BOOLEAN)) return Type::Boolean;
    if (is_value_of(node_, G_TYPE_STRING)) return Type::String;
    return Type::Null;
}

std::optional<bool> Json::boolean() const {
    if (type() != Type::Boolean) return std::nullopt;
    return json_node_get_boolean(node_) == TRUE;
}

std::optional<std::int64_t> Json::integer() const {
    if (type() != Type::Integer) return std::nullopt;
    return json_node_get_int(node_);
}

std::optional<std::string> Json::string() const {
    if (type() != Type::String) return std::nullopt;
    return json_node_get_string(node_);
}

Json Json::operator[](std::string_view name) const {
    if (!has(name)) return {};
    return Json(json_node_ref(
        json_object_get_member(json_node_get_object(node_), std::string(name).c_str())));
}

bool Json::has(std::string_view name) const {
    return is_object() &&
           json_object_has_member(json_node_get_object(node_), std::string(name).c_str()) == TRUE;
}

std::vector<std::string> Json::names() const {
    std::vector<std::string> result;
    if (!is_object()) return result;
    JsonObjectIter iter;
    const gchar* name = nullptr;
    json_object_iter_init_ordered(&iter, json_node_get_object(node_));
    while (json_object_iter_next_ordered(&iter, &name, nullptr) == TRUE) result.emplace_back(name);
    return result;
}

Json& Json::set(std::string_view name, const Json& value) {
    json_object_set_member(json_node_get_object(node_), std::string(name).c_str(),
                           json_node_ref(value.node_));
    return *this;
}

std::vector<Json> Json::elements() const {
    std::vector<Json> result;
    if (!is_array()) return result;
    JsonArray* array = json_node_get_array(node_);
    for (guint i = 0; i < json_array_get_length(array); ++i)
        result.push_back(Json(json_node_ref(json_array_get_element(array, i))));
    return result;
}

Json& Json::append(const Json& value) {
    json_array_add_element(json_node_get_array(node_), json_node_ref(value.node_));
    return *this;
}

std::string Json::dump() const {
    return without_fractions_of_exponents(to_ascii(generate(node_).get()));
}

bool operator==(const Json& a, const Json& b) { return a.dump() == b.dump(); }

}  // namespace hypnos
