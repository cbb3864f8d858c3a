// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Errors are values. A message says what was tried, what the system said and what to do.

#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "hypnos/export.h"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

/// On the wire QEMU's agents use two classes only: CommandNotFound, and GenericError for the rest.
/// The other codes let a program decide; Refused travels as `data.outcome`.
enum class ErrorCode {
    Generic,
    CommandNotFound,
    Refused,  ///< the guest said no before anything slept: a finding, a veto, another transaction
    Unreachable,  ///< nobody listens, or the peer went away
    TimedOut,     ///< the peer is there and did not answer in time
    Usage,        ///< the caller's own words are wrong
};

struct Error {
    ErrorCode code = ErrorCode::Generic;
    std::string message;
    Json data = {};  ///< travels in the error object as `data` unless null
};

template <typename T>
using Result = tl::expected<T, Error>;

/// In single quotes, cut to limits::kShownBytes: for an error that repeats the peer's words.
[[nodiscard]] HYPNOS_API std::string in_quotes(std::string_view words);

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected(Error{code, std::move(message)});
}
inline tl::unexpected<Error> fail(std::string message) {
    return fail(ErrorCode::Generic, std::move(message));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected(std::move(error)); }

}  // namespace hypnos
