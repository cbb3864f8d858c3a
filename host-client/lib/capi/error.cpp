// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/error.hpp"

#include <glib.h>

namespace hypnos::capi {
namespace {

hypnos_code code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::Usage:
            return HYPNOS_USAGE;
        case ErrorCode::Unreachable:
            return HYPNOS_UNREACHABLE;
        case ErrorCode::Refused:
            return HYPNOS_REFUSED;
        case ErrorCode::TimedOut:
            return HYPNOS_TIMED_OUT;
        case ErrorCode::Generic:
        case ErrorCode::CommandNotFound:
            return HYPNOS_FAILED;
    }
    return HYPNOS_FAILED;
}

}  // namespace

void set_error(hypnos_error** slot, const Error& error) {
    if (slot != nullptr) *slot = new hypnos_error(error);
}

char* owned_text(const std::string& text) { return g_strdup(text.c_str()); }

}  // namespace hypnos::capi

hypnos_error::hypnos_error(const hypnos::Error& error)
    : code(hypnos::capi::code_of(error.code)),
      message(error.message),
      details(error.data.is_null() ? "" : error.data.dump()) {}

const char* hypnos_version() { return HYPNOS_VERSION; }

void hypnos_free(char* text) { g_free(text); }

hypnos_code hypnos_error_code(const hypnos_error* error) { return error->code; }

const char* hypnos_error_message(const hypnos_error* error) { return error->message.c_str(); }

const char* hypnos_error_details(const hypnos_error* error) {
    return error->details.empty() ? nullptr : error->details.c_str();
}

void hypnos_error_free(hypnos_error* error) { delete error; }
