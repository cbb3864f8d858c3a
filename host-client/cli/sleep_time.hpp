// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// --for and --until: when hypnosctl wakes what it put to sleep.

#pragma once

#include <chrono>
#include <optional>

#include "hypnos/clock.hpp"
#include "interrupt.hpp"
#include "options.hpp"

namespace hypnos::cli {

class SleepTime {
  public:
    [[nodiscard]] Entries entries();

    /// Nothing if neither was given. CLOCK_BOOTTIME, so that a sleep of the host counts.
    [[nodiscard]] Result<std::optional<HostTime>> wake_at() const;

    /// The guest's own alarm, should hypnosctl not be there any more when the time has come.
    [[nodiscard]] static std::chrono::milliseconds second_net(HostTime wake_at);

  private:
    Text for_, until_;
};

/// "90", "90s", "20m", "2h", "1d", with decimals.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(const std::string& text);

/// How long from now: "06:30" or "06:30:15", the next time that the host's clock shows it; or a date and
/// time in ISO 8601.
[[nodiscard]] Result<std::chrono::milliseconds> parse_until(const std::string& text);

/// Until then, or Ctrl-C.
void wait_until(GMainContext* context, HostTime at, const Interrupt& interrupt);

}  // namespace hypnos::cli
