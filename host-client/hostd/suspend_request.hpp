// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The arguments of org.hypnos.Host1.Suspend. Pure.

#pragma once

#include <glib.h>

#include <chrono>

#include "hypnos/host_power.hpp"

namespace hypnos::hostd {

/// `arguments` is "(sta{sv})". `now` is CLOCK_REALTIME; `delay` stands where the caller says none. Usage:
/// what is wrong, and what may stand there.
[[nodiscard]] Result<HostSuspendOptions> parse_suspend(GVariant* arguments,
                                                       std::chrono::seconds now,
                                                       std::chrono::milliseconds delay);

}  // namespace hypnos::hostd
