// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A hook's side file, NAME.conf: GKeyFile syntax, group [Hook]. docs/hooks.md has the table.

#pragma once

#include <chrono>
#include <set>
#include <string>

#include "agent/core/hook.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::agent {

struct HookSettings {
    static constexpr std::chrono::minutes kLongestLimit{5};

    OnFailure on_failure = OnFailure::Abort;
    HookStyle style = HookStyle::Systemd;
    std::chrono::milliseconds limit{15000};
    std::set<SleepMode> modes = {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid};
};

/// `text` of a side file. Fails with the key and what may stand there.
[[nodiscard]] Result<HookSettings> parse_hook_settings(const std::string& text);

}  // namespace hypnos::agent
