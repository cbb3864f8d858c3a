// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The sleep under way and the last one, in /var/lib/hypnos/host. The first is on disk exactly while
// something may have to be undone; with what another process, or another boot, needs to finish it.

#pragma once

#include <optional>
#include <string>

#include "hypnos/host_power.hpp"
#include "sleep/core/sleep_result.hpp"
#include "sleep/system/root.hpp"

namespace hypnos {

struct Unfinished {
    HostSleep sleep;
    std::string boot_id;
    sleep::Baseline before;
    std::string mem_sleep;  ///< what /sys/power/mem_sleep is to be put back to; empty: nothing
};

class SleepStore {
  public:
    explicit SleepStore(const sleep::Root& root) : root_(root) {}

    [[nodiscard]] Result<void> save(const Unfinished& unfinished) const;
    /// It is the last one now, and not under way any more.
    void finish(const HostSleep& sleep) const;
    /// It never was.
    void forget() const;

    /// A file that cannot be understood is none.
    [[nodiscard]] std::optional<Unfinished> unfinished() const;
    [[nodiscard]] std::optional<HostSleep> current() const;
    [[nodiscard]] std::optional<HostSleep> last() const;

  private:
    sleep::Root root_;
};

}  // namespace hypnos
