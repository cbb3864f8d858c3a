// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Network links after a wake: whoever manages them is told to look, for a lease may have ended and
// the host may have moved the guest to another network. No link goes down for that.

#pragma once

#include "agent/core/record.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Every link that has a device and is up, by the first of these that applies:
/// systemd-networkd manages it: RenewLink; NetworkManager runs: CheckConnectivity; else a "change"
/// uevent, for those who listen to udev.
void nudge_network(const Root& root, RefreshReport& report);

}  // namespace hypnos::agent
