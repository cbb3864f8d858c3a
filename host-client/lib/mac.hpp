// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Addresses of network cards (MAC). Pure.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hypnos {

/// Lower-case, if the text is one: six pairs of hexadecimal digits with colons between.
[[nodiscard]] std::optional<std::string> mac_of(std::string_view text);

}  // namespace hypnos
