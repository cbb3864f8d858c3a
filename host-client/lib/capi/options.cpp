// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/options.hpp"

#include <utility>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::capi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest{2147483647};  // GLib's timers take twice as much

tl::unexpected<Error> usage(const std::string& what, const std::string& problem) {
    return fail(ErrorCode::Usage, what + ": " + problem);
}

}  // namespace

Result<Json> read_object(const std::string& what, std::string_view text) {
    Result<Json> value = read_json(text);
    if (!value) return usage(what, value.error().message);
    if (!value->is_object()) return usage(what, "a JSON object is needed");
    return value;
}

void Options::wrong(const std::string& problem) {
    if (!problem_) problem_ = problem;
}

std::string Options::text(const std::string& name) {
    return arguments_.optional_string(name).value_or("");
}

std::string Options::required_text(const std::string& name) {
    const std::string value = text(name);
    if (value.empty()) wrong("'" + name + "' is missing");
    return value;
}

std::vector<std::string> Options::texts(const std::string& name) {
    const std::optional<Json> value = arguments_.optional_value(name);
    if (!value) return {};
    if (!value->is_array()) wrong("'" + name + "' must be an array of strings");
    std::vector<std::string> result;
    for (const Json& element : value->elements()) {
        if (!element.string()) wrong("'" + name + "' must have strings only");
        result.push_back(element.string().value_or(""));
    }
    return result;
}

bool Options::flag(const std::string& name, bool otherwise) {
    return arguments_.optional_boolean(name).value_or(otherwise);
}

std::optional<std::int64_t> Options::count(const std::string& name) {
    const std::optional<std::int64_t> value = arguments_.optional_integer(name);
    if (value && *value < 1) wrong("'" + name + "' must be at least 1");
    return value;
}

std::optional<milliseconds> Options::duration(const std::string& name) {
    const std::optional<std::int64_t> value = count(name);
    if (!value) return std::nullopt;
    if (*value > kLongest.count())
        wrong("'" + name + "' must be at most " + std::to_string(kLongest.count()));
    return milliseconds(*value);
}

Json Options::object(const std::string& name) {
    const std::optional<Json> value = arguments_.optional_value(name);
    if (value && !value->is_object()) wrong("'" + name + "' must be an object");
    return value.value_or(Json());
}

Result<void> Options::finish() {
    const Result<void> finished = arguments_.finish();
    if (!finished) return usage(what_, finished.error().message);
    if (problem_) return usage(what_, *problem_);
    return {};
}

}  // namespace hypnos::capi
