// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a Result says, as text that a failed comparison prints readably.

#pragma once

#include <string>

#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos::test {

inline std::string said(const Json& value) { return value.dump(); }
inline std::string said(const std::string& text) { return text; }

/// The error's message, or "no error: VALUE".
template <typename T>
std::string error_of(const Result<T>& result) {
    if (!result) return result.error().message;
    return "no error: " + said(*result);
}
inline std::string error_of(const Result<void>& result) {
    return result ? "no error" : result.error().message;
}

/// The value, or "error: MESSAGE".
template <typename T>
std::string value_of(const Result<T>& result) {
    if (!result) return "error: " + result.error().message;
    return said(*result);
}

}  // namespace hypnos::test
