// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finds hooks: executables that prepare for sleep and undo it. docs/hooks.md is the author's page.

#pragma once

#include <vector>

#include "agent/core/hook.hpp"
#include "agent/system/config.hpp"
#include "hypnos/protocol/power.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Which hooks there are, in the order of pre: our own by name, then those of the adapters that the
/// configuration turns on, whose names have the adapter's before a slash. A name in
/// /etc/hypnos/sleep.d hides the same name in /run/hypnos/sleep.d and /usr/lib/hypnos/sleep.d, and a
/// name in any of these hides it in an adapter's directory; an empty file or a link to /dev/null
/// masks. NAME.conf beside one of our own is its side file.
[[nodiscard]] std::vector<Hook> find_hooks(const Root& root, const Config& config, SleepMode mode);

}  // namespace hypnos::agent
