// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The configuration of hypnos-hostd: /usr/lib/hypnos/hostd.conf and hostd.conf.d/*.conf, then the same
// in /etc/hypnos; a later file's key replaces an earlier one's. docs/host-sleep.md.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hypnos/host_power.hpp"
#include "policy.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::hostd {

struct Config {
    // [Sleep]
    HostBackend backend = HostBackend::Auto;  ///< Backend=
    std::chrono::milliseconds delay{1000};    ///< Delay=: seconds between the answer and the sleep
    // [Guests]
    Policy default_policy = Policy::SuspendRam;  ///< OnHostSleep=
    std::chrono::seconds deadline{60};           ///< Deadline=: for all guests together
    bool refuse_on_failure = true;               ///< OnFailure=refuse|continue
    std::vector<std::string> connect;            ///< Connect=: URIs of libvirt, with ';' between
    // [Guest NAME]
    std::map<std::string, Policy> of_guest;  ///< OnHostSleep=
    // [WakeOnLan]
    std::uint16_t wake_on_lan_port = 0;  ///< Port=: 0: none

    [[nodiscard]] Policy policy_of(const std::string& guest) const;
};

/// Usage: the file, the key and what may stand there; an unknown key or group is an error.
[[nodiscard]] Result<Config> read_config(const sleep::Root& root);

}  // namespace hypnos::hostd
