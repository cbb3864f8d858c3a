// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The service manager's notification protocol, sd_notify(3): a datagram to $NOTIFY_SOCKET.

#pragma once

#include <string>

namespace hypnos::sleep {

/// Sends lines such as "READY=1\nSTATUS=..."; does nothing where nobody listens.
void notify(const std::string& lines);

}  // namespace hypnos::sleep
