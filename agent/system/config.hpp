// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The agent's configuration: /usr/lib/hypnos/agent.conf and agent.conf.d/*.conf, then the same in
// /etc/hypnos; a later file's key replaces an earlier one's. GKeyFile syntax.

#pragma once

#include <chrono>
#include <optional>

#include "hypnos/protocol/power.hpp"
#include "sleep/core/backend.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

[[nodiscard]] std::string_view name_of(Backend backend);

struct Config {
    // [Sleep]
    Backend backend = Backend::Sysfs;  ///< Backend=sysfs|logind
    bool system_sleep_hooks =
        true;                     ///< SystemSleepHooks=: /usr/lib/systemd/system-sleep, sysfs only
    bool fsfreeze_hooks = false;  ///< FsfreezeHooks=: /etc/qemu/fsfreeze-hook.d
    std::chrono::seconds swap_off_limit{300};  ///< SwapOffLimit=: for a swap that is on for sleeps
    // [Freeze]
    std::chrono::seconds thaw_after{
        600};  ///< ThawAfter=: of frozen file systems without a word of the host
    // [Button]: the machine's sleep button
    std::optional<SleepMode> button_sleep;        ///< Sleep=ignore|ram|disk|hybrid
    std::chrono::seconds button_debounce{30};     ///< Debounce=: after a press, and after a sleep
    int button_attempts = 3;                      ///< Attempts=: to sleep, for one press
    std::chrono::seconds button_retry_after{10};  ///< RetryAfter=: from one to the next
    bool button_keyboards = false;                ///< Keyboards=: their sleep keys count too
    // [Commands]: what gives the host a shell in this guest
    bool exec = true;      ///< Exec=: guest-exec
    bool file = true;      ///< File=: guest-file-*
    bool password = true;  ///< Password=: guest-set-user-password
    bool ssh_keys = true;  ///< SshKeys=: guest-ssh-*
    // [Resume]
    bool set_clock = true;      ///< Clock=
    bool reseed = true;         ///< Reseed=: after a disk sleep
    bool nudge_network = true;  ///< Network=
};

/// Fails with the file, the line's key and what may stand there; an unknown key or group is an error.
[[nodiscard]] Result<Config> read_config(const Root& root);

}  // namespace hypnos::agent
