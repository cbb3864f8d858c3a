// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a hook is, and what is told of one that ran. Pure. docs/hooks.md is the author's page.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/power.hpp"
#include "sleep/core/verb.hpp"

namespace hypnos::agent {

using namespace sleep;

enum class HookPhase { Pre, Post };
[[nodiscard]] std::string_view name_of(HookPhase phase);

/// What the failure of a `pre` does to the sleep.
enum class OnFailure {
    Abort,     ///< refuses it, unless the request forces
    Continue,  ///< nothing; it is only reported
    Required,  ///< refuses it, even if the request forces
};

/// How a hook is called.
enum class HookStyle {
    Systemd,   ///< HOOK pre|post suspend|hibernate|hybrid-sleep
    Fsfreeze,  ///< HOOK freeze|thaw, as qemu-ga's fsfreeze-hook
};

struct Hook {
    std::string name;  ///< unique among the hooks of a sleep; their order
    std::string path;
    OnFailure on_failure = OnFailure::Abort;
    HookStyle style = HookStyle::Systemd;
    std::chrono::milliseconds limit{15000};
};

struct HookReport {
    std::string name;
    HookPhase phase = HookPhase::Pre;
    std::string result;  ///< "ok", "failed", "timed-out", "stuck" (does not end even by SIGKILL)
    int status = 0;      ///< exit status, 128 + signal if killed, 124 if timed out
    std::chrono::milliseconds took{};
    std::string output;  ///< the beginning of what it printed
    std::optional<std::chrono::seconds>
        retry_after;  ///< asked for by a hook that said "not now" (75)
};

/// For the transaction's marker: a restarted agent undoes the same hooks.
[[nodiscard]] Json to_json(const Hook& hook);
[[nodiscard]] std::optional<Hook> hook_from_json(const Json& saved);

[[nodiscard]] Json to_json(const HookReport& report);

}  // namespace hypnos::agent
