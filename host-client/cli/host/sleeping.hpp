// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The two ways to put the host to sleep: hypnos-hostd does it, or this process. Default main context.

#pragma once

#include "../interrupt.hpp"
#include "hypnos/host_power.hpp"

namespace hypnos::cli::host {

struct Wish {
    std::string root;
    HostSuspendOptions options;
    std::optional<std::int64_t> until;  ///< in place of wake_after: seconds since 1970
    bool has_delay = false;             ///< else hostd's own
    bool wait = true;
    /// For the end, by CLOCK_MONOTONIC: the sleep does not count.
    std::chrono::milliseconds limit{};
};

/// The operation's id, and how it ended, if that was waited for.
struct Slept {
    std::string operation;
    std::optional<HostSleep> sleep;
};

/// Ctrl-C calls the sleep off, and its end is waited for.
[[nodiscard]] Result<Slept> sleep_by_hostd(const Wish& wish);
[[nodiscard]] Result<Slept> sleep_directly(const Wish& wish);

/// Meanwhile, on a terminal only.
void show_progress(const std::string& text);

[[nodiscard]] Error not_in_time(const std::string& operation);

}  // namespace hypnos::cli::host
