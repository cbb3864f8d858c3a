// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/arguments.hpp"

#include <algorithm>

namespace hypnos {
namespace {

std::string wrong_type(const std::string& label, const char* expected) {
    return "Invalid parameter type for " + label + ", expected: " + expected;
}

}  // namespace

std::string Arguments::label(const std::string& name) const { return in_quotes(prefix_ + name); }

bool Arguments::present(const std::string& name) {
    known_.insert(name);
    return object_.has(name);
}

void Arguments::note(const std::string& problem) {
    if (!problem_) problem_ = Error{ErrorCode::Generic, problem};
}

std::optional<std::int64_t> Arguments::optional_integer(const std::string& name) {
    if (!present(name)) return std::nullopt;
    const std::optional<std::int64_t> value = object_[name].integer();
    if (!value) note(wrong_type(label(name), "integer"));
    return value;
}

void Arguments::require(const std::string& name) {
    if (!present(name)) note("Parameter " + label(name) + " is missing");
}

std::int64_t Arguments::integer(const std::string& name) {
    require(name);
    return optional_integer(name).value_or(0);
}

std::optional<bool> Arguments::optional_boolean(const std::string& name) {
    if (!present(name)) return std::nullopt;
    const std::optional<bool> value = object_[name].boolean();
    if (!value) note(wrong_type(label(name), "boolean"));
    return value;
}

bool Arguments::boolean(const std::string& name) {
    require(name);
    return optional_boolean(name).value_or(false);
}

std::optional<std::string> Arguments::optional_string(const std::string& name) {
    if (!present(name)) return std::nullopt;
    std::optional<std::string> value = object_[name].string();
    if (!value) note(wrong_type(label(name), "string"));
    return value;
}

std::string Arguments::string(const std::string& name) {
    require(name);
    return optional_string(name).value_or("");
}

std::optional<std::vector<Arguments::Labelled>> Arguments::elements(const std::string& name) {
    if (!present(name)) return std::nullopt;
    const Json value = object_[name];
    if (!value.is_array()) note(wrong_type(label(name), "array"));
    std::vector<Labelled> result;
    for (const Json& element : value.elements())
        result.push_back({prefix_ + name + "[" + std::to_string(result.size()) + "]", element});
    return result;
}

std::optional<std::vector<std::string>> Arguments::optional_strings(const std::string& name) {
    const std::optional<std::vector<Labelled>> given = elements(name);
    if (!given) return std::nullopt;
    std::vector<std::string> result;
    for (const auto& [label, element] : *given) {
        if (element.type() != Json::Type::String) note(wrong_type(in_quotes(label), "string"));
        result.push_back(element.string().value_or(""));
    }
    return result;
}

std::vector<std::string> Arguments::strings(const std::string& name) {
    require(name);
    return optional_strings(name).value_or(std::vector<std::string>());
}

void Arguments::each(const std::string& name, const std::function<void(Arguments&)>& read) {
    require(name);
    for (const auto& [label, element] : elements(name).value_or(std::vector<Labelled>())) {
        if (!element.is_object()) note(wrong_type(in_quotes(label), "object"));
        Arguments members(element, label + ".");
        read(members);
        if (const Result<void> checked = members.finish(); !checked) note(checked.error().message);
    }
}

std::optional<Json> Arguments::optional_value(const std::string& name) {
    if (!present(name)) return std::nullopt;
    return object_[name];
}

std::optional<std::size_t> Arguments::optional_choice(const std::string& name,
                                                      std::span<const std::string_view> values) {
    const std::optional<std::string> value = optional_string(name);
    if (!value) return std::nullopt;
    const auto found = std::find(values.begin(), values.end(), *value);
    if (found == values.end())
        note("Parameter " + label(name) + " does not accept value " + in_quotes(*value));
    return found == values.end() ? 0 : static_cast<std::size_t>(found - values.begin());
}

std::size_t Arguments::choice(const std::string& name, std::span<const std::string_view> values) {
    require(name);
    return optional_choice(name, values).value_or(0);
}

Result<void> Arguments::finish() {
    for (const std::string& name : object_.names()) {
        if (!known_.contains(name)) note("Parameter " + label(name) + " is unexpected");
    }
    if (problem_) return fail(*problem_);
    return {};
}

}  // namespace hypnos
