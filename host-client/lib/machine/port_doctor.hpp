// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Whether the agent can be reached at all. Pure.

#pragma once

#include <vector>

#include "machine/doctor.hpp"

namespace hypnos {

/// An agent that answers needs no port of the agent: it may be on vsock or a socket.
[[nodiscard]] std::vector<Finding> port_findings(const MachineFacts& machine,
                                                 const AgentFacts& agent);

}  // namespace hypnos
