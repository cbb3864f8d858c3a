// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The host's sleep in words, and as --json prints it (docs/report.md). Pure, but for tell().

#pragma once

#include "../terminal.hpp"
#include "hypnos/host_power.hpp"

namespace hypnos::cli::host {

/// "1 h 2 min", "2 min 5 s", "12 s", "0.4 s"
[[nodiscard]] std::string in_words(std::chrono::milliseconds length);

/// "preparing: guests go to sleep"
[[nodiscard]] std::string in_words(HostSleep::State state);

/// How it ended: "slept: 1 h 2 min, woken by the alarm (rtc); TEXT"
[[nodiscard]] std::string outcome_in_words(const HostSleep& sleep);

/// Of the host's clock: "2030-01-31 06:30:00"
[[nodiscard]] std::string moment_in_words(std::chrono::seconds realtime);

[[nodiscard]] Exit exit_of(const HostSleep& ended);

[[nodiscard]] Json capabilities_report(const HostCapabilities& capabilities);
[[nodiscard]] Json status_report(const HostStatus& status);
/// `ended`: null if nobody waited for its end.
[[nodiscard]] Json suspend_report(const std::string& operation, const HostSleep* ended);

/// Prints how a sleep ended, or why there was none.
[[nodiscard]] Exit tell(bool json, const Result<HostSleep>& ended);

}  // namespace hypnos::cli::host
