// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The operating system's own words about itself: os-release(5). Pure.

#pragma once

#include <map>
#include <string>

namespace hypnos::agent {

/// Values by name. What is not quoted right is taken as it stands.
[[nodiscard]] std::map<std::string, std::string> parse_os_release(const std::string& text);

}  // namespace hypnos::agent
