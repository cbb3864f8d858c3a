// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/arguments.hpp"

#include <algorithm>

namespace hypnos {
namespace {

std::string wrong_type(const std::string& name, const char* expected) {
    return "Invalid parameter type for " + in_quotes(name) + ", expected: " + expected;
}

std::string missing(const std::string& name) {
    return "Parameter " + in_quotes(name) + " is missing";
}

}  // namespace

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
    if (!value) note(wrong_type(name, "integer"));
    return value;
}

std::int64_t Arguments::integer(const std::string& name) {
    if (!present(name)) note(missing(name));
    return optional_integer(name).value_or(0);
}

std::optional<bool> Arguments::optional_boolean(const std::string& name) {
    if (!present(name)) return std::nullopt;
    const std::optional<bool> value = object_[name].boolean();
    if (!value) note(wrong_type(name, "boolean"));
    return value;
}

std::optional<std::string> Arguments::optional_string(const std::string& name) {
    if (!present(name)) return std::nullopt;
    std::optional<std::string> value = object_[name].string();
    if (!value) note(wrong_type(name, "string"));
    return value;
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
        note("Parameter " + in_quotes(name) + " does not accept value " + in_quotes(*value));
    return found == values.end() ? 0 : static_cast<std::size_t>(found - values.begin());
}

std::size_t Arguments::choice(const std::string& name, std::span<const std::string_view> values) {
    if (!present(name)) note(missing(name));
    return optional_choice(name, values).value_or(0);
}

Result<void> Arguments::finish() {
    for (const std::string& name : object_.names()) {
        if (!known_.contains(name)) note("Parameter " + in_quotes(name) + " is unexpected");
    }
    if (problem_) return fail(*problem_);
    return {};
}

}  // namespace hypnos
