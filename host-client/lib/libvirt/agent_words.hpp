// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What virDomainQemuAgentCommand's strings say. Pure.

#pragma once

#include <optional>
#include <string>

#include "hypnos/protocol/message.hpp"

namespace hypnos::libvirt {

/// Seconds that the agent may take. hypnos-suspend answers when the hooks are through.
[[nodiscard]] int seconds_for(const Request& request);

/// The agent's own error, if that is what libvirt's message repeats: libvirt 9.0 puts the agent's
/// `desc` after the command's name and drops class and data. They are guessed: an error of
/// hypnos-suspend is a refusal.
[[nodiscard]] std::optional<Error> agent_error(const std::string& command,
                                               const std::string& message);

}  // namespace hypnos::libvirt
