// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "mac.hpp"

#include <glib.h>

namespace hypnos {

std::optional<std::string> mac_of(std::string_view text) {
    constexpr std::string_view kForm = "xx:xx:xx:xx:xx:xx";
    if (text.size() != kForm.size()) return {};
    std::string mac;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool fits = kForm[i] == ':' ? text[i] == ':' : g_ascii_isxdigit(text[i]) == TRUE;
        if (!fits) return {};
        mac += g_ascii_tolower(text[i]);
    }
    return mac;
}

}  // namespace hypnos
