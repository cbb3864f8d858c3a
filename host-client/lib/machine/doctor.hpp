// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What only the host knows against a sleep, as findings of the same shape as the guest's
// (docs/preflight.md). Pure.

#pragma once

#include <vector>

#include "hypnos/protocol/power.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos {

/// What the agent said, as far as the host's findings depend on it.
struct AgentFacts {
    bool answers = false;
    bool is_hypnos = false;
};

/// Codes begin with "host.".
[[nodiscard]] std::vector<Finding> host_findings(const MachineFacts& machine,
                                                 const AgentFacts& agent, SleepMode mode);

}  // namespace hypnos
