// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// JSON as D-Bus carries it: an object is a{sv}, a list av, an integer x, then s, b and d. D-Bus has no
// null: such members and elements are left out.

#pragma once

#include <glib.h>

#include "hypnos/protocol/json.hpp"

namespace hypnos::glib {

/// Floating, as GLib's own constructors have it. Null for null. A NUL ends a string.
[[nodiscard]] GVariant* to_variant(const Json& json);

/// Of any type that D-Bus has: what is within a variant stands for it; a dictionary with text for keys
/// is an object; other containers, entries of other dictionaries among them, are lists; numbers that
/// do not fit are real ones.
[[nodiscard]] Json to_json(GVariant* variant);

}  // namespace hypnos::glib
