// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Plain UNIX sockets for the benchmark. A failure ends the program: there is nothing to measure then.

#pragma once

#include <string>
#include <string_view>

#include "glib/unique_fd.hpp"

namespace hypnos::fleet {

[[noreturn]] void die(const std::string& what);

/// As many descriptors as this process may have.
void raise_descriptor_limit();

[[nodiscard]] UniqueFd listen_at(const std::string& path);
[[nodiscard]] UniqueFd connect_to(const std::string& path);
void send_all(int fd, std::string_view bytes);

}  // namespace hypnos::fleet
