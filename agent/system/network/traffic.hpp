// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What has gone through each network interface: /proc/net/dev. Pure.

#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace hypnos::agent {

struct Traffic {
    struct Way {
        std::int64_t bytes = 0, packets = 0, errors = 0, dropped = 0;
    };
    Way received, sent;
};

/// By the interface's name.
[[nodiscard]] std::map<std::string, Traffic> parse_traffic(const std::string& text);

}  // namespace hypnos::agent
