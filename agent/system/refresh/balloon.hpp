// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Memory that the host has asked back by a balloon: the guest takes it all when it goes to disk, and
// the host must ask again.

#pragma once

#include <cstdint>
#include <optional>

#include "agent/core/record.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Pages that the guest has given up and not got back; nothing if the kernel does not count them.
[[nodiscard]] std::optional<std::int64_t> balloon_pages(const Root& root);

/// Notes how many there were before the sleep and are no more.
void compare_balloon(const Root& root, std::optional<std::int64_t> before, RefreshReport& report);

}  // namespace hypnos::agent
