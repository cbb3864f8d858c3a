// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// libvirt's numbers in QMP's words. Pure.

#pragma once

#include <optional>
#include <string>

namespace hypnos::libvirt {

/// A lifecycle event; nothing for one that QMP has no word for. "STARTED" is libvirt's own.
[[nodiscard]] std::optional<std::string> event_word(int event, int detail);

/// virDomainState and its reason as query-status has them; "off" for a domain without a QEMU.
[[nodiscard]] std::string state_word(int state, int reason);

}  // namespace hypnos::libvirt
