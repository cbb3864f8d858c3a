// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Points in time as the host library tells them: microseconds of the host's CLOCK_BOOTTIME, which
// goes on while the host itself sleeps. Pure but for now().

#pragma once

#include <chrono>
#include <cstdint>

#include "hypnos/export.h"

namespace hypnos {

using HostTime = std::chrono::microseconds;

[[nodiscard]] HYPNOS_API HostTime host_now();

/// The HostTime of a CLOCK_REALTIME stamp that a peer on this host took between `earliest` and now,
/// or now if the stamp does not lie there (no stamp, a stepped clock, a lie).
[[nodiscard]] HYPNOS_API HostTime host_time_of(std::int64_t realtime_us, HostTime earliest);

/// Whether a CLOCK_REALTIME stamp of this host is from before `at`; false for no stamp (0).
[[nodiscard]] HYPNOS_API bool stamped_before(std::int64_t realtime_us, HostTime at);

}  // namespace hypnos
