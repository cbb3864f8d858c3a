// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A listening socket that systemd hands over (sd_listen_fds(3)), instead of --method and --path.

#pragma once

#include <optional>

#include "agent/system/port/endpoint.hpp"

namespace hypnos::agent {

/// The first socket that was handed over, if it is one of AF_UNIX or AF_VSOCK; takes the variables
/// out of the environment, so that children do not see them.
[[nodiscard]] std::optional<Endpoint> activated_endpoint();

}  // namespace hypnos::agent
