// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Files of KEY=VALUE lines below [GROUP] lines, as GKeyFile reads them.

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::glib {

struct KeyGroup {
    struct Key {
        std::string name, value;  ///< the value without white space around it
    };
    std::string name;
    std::vector<Key> keys;
};

/// In the order of the text. Fails with GLib's words if it is no such file.
[[nodiscard]] Result<std::vector<KeyGroup>> parse_key_file(const std::string& text);

}  // namespace hypnos::glib
