// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Memory balloons of guests that go to sleep. Linux's balloon driver gives every ballooned page back
// to the guest while it freezes (drivers/virtio/virtio_balloon.c, virtballoon_freeze), so a guest
// that sleeps takes all the memory that it may have. Pure but for available_memory().

#pragma once

#include <cstdint>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// Bytes. An inflated balloon leaves the guest `now` of `most`.
struct Balloon {
    std::int64_t now = 0;
    std::int64_t most = 0;
};

/// What these guests will take from their host when they freeze.
[[nodiscard]] HYPNOS_API std::int64_t memory_needed(const std::vector<Balloon>& guests);

/// MemAvailable of /proc/meminfo, in bytes: of this host, not of a remote one.
[[nodiscard]] HYPNOS_API Result<std::int64_t> available_memory();

}  // namespace hypnos
